/**
 * Values of one widget key. `lasting` ones are shared by the site's tabs and outlive them.
 *
 * A browser may forbid storage, or it may be full: what is on the page goes on working, for as long as the page lives.
 */
export class Store {
  /** What the browser would not keep, or would only keep partly. */
  readonly #here = new Map<string, unknown>()

  constructor(
    private readonly key: string,
    private readonly lasting: boolean,
  ) {}

  /** All shelves that this browser lets us have. */
  static shelves(): Storage[] {
    try {
      return [localStorage, sessionStorage]
    } catch {
      return []
    }
  }

  get<T>(name: string): T | null {
    if (this.#here.has(name)) return this.#here.get(name) as T
    try {
      return JSON.parse(this.#shelf().getItem(this.#path(name)) ?? 'null') as T | null
    } catch {
      return null
    }
  }

  set(name: string, value: unknown): void {
    try {
      if (value === null) this.#shelf().removeItem(this.#path(name))
      else this.#shelf().setItem(this.#path(name), JSON.stringify(value))
      this.#here.delete(name)
    } catch {
      this.#here.set(name, value)
    }
  }

  #shelf(): Storage {
    return this.lasting ? localStorage : sessionStorage
  }

  #path(name: string): string {
    return `valvomo.${this.key}.${name}`
  }
}
