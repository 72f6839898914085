/** Keys of a telephone, as they are laid out, with the letters that stand on them (ITU-T E.161). */
export const KEYS = [
  ['1', ''], ['2', 'ABC'], ['3', 'DEF'],
  ['4', 'GHI'], ['5', 'JKL'], ['6', 'MNO'],
  ['7', 'PQRS'], ['8', 'TUV'], ['9', 'WXYZ'],
  ['*', ''], ['0', '+'], ['#', ''],
] as const

/** So many keys go with one request. */
export const AT_ONCE = 32
/** So many of the last keys that a customer has pressed are shown. */
export const MOST_SHOWN = 32

/** The key that somebody presses on their keyboard, also beside the letters; null for any other. */
export function keyOf(pressed: string): string | null {
  return KEYS.some(([key]) => key === pressed) ? pressed : null
}

/** What a customer has pressed, the newest at the end. */
export function withPressed(before: string, keys: string): string {
  return (before + keys).slice(-MOST_SHOWN)
}

interface Hooks {
  send(keys: string): Promise<unknown>
  changed(): void
  /** They were not pressed, and so were none of those that waited behind them. */
  failed(problem: unknown): void
}

/**
 * Presses keys in their order, one request after the other. They may be the number of a card: of what was pressed
 * nothing stays but how much it was, and the last of it.
 */
export class Keypad {
  count = 0
  last = ''
  #waiting = ''
  #sending = false

  constructor(private readonly hooks: Hooks) {}

  press(key: string): void {
    this.#waiting += key
    this.count += 1
    this.last = key
    this.hooks.changed()
    void this.#run()
  }

  async #run(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      while (this.#waiting) {
        const keys = this.#waiting.slice(0, AT_ONCE)
        this.#waiting = this.#waiting.slice(AT_ONCE)
        await this.hooks.send(keys).catch((problem: unknown) => this.#lose(keys, problem))
      }
    } finally {
      this.#sending = false
    }
  }

  #lose(keys: string, problem: unknown): void {
    this.count -= keys.length + this.#waiting.length
    this.#waiting = this.last = ''
    this.hooks.changed()
    this.hooks.failed(problem)
  }
}
