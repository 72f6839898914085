/** Push to talk: whoever is muted is heard for as long as they hold a button or a key, and not a moment longer. */
export class Talking {
  #held = false

  constructor(
    private readonly muted: () => boolean,
    private readonly mute: (muted: boolean) => void,
  ) {}

  get held(): boolean {
    return this.#held
  }

  /** Whoever is heard anyway has nothing to hold. */
  press(): void {
    if (this.#held || !this.muted()) return
    this.#held = true
    this.mute(false)
  }

  release(): void {
    if (!this.#held) return
    this.#held = false
    this.mute(true)
  }
}
