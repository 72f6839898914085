/** What a browser that forbids storage gives: the conversation then lives as long as the page. */
function shelf(kind: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[kind]
  } catch {
    return null
  }
}

/** Values of one widget key. `lasting` ones are shared by the site's tabs and outlive them. */
export class Store {
  constructor(
    private readonly key: string,
    private readonly lasting: boolean,
  ) {}

  get<T>(name: string): T | null {
    try {
      const text = this.shelf()?.getItem(this.path(name))
      return text ? (JSON.parse(text) as T) : null
    } catch {
      return null
    }
  }

  set(name: string, value: unknown): void {
    try {
      if (value === null) this.shelf()?.removeItem(this.path(name))
      else this.shelf()?.setItem(this.path(name), JSON.stringify(value))
    } catch {
      // A full or forbidden store: what is on the page goes on working.
    }
  }

  private shelf(): Storage | null {
    return shelf(this.lasting ? 'localStorage' : 'sessionStorage')
  }

  private path(name: string): string {
    return `valvomo.${this.key}.${name}`
  }
}
