import { Component, createRef, Fragment, h } from 'preact'

import type { Part } from '../part'
import { dress, Sign } from './signs'
import type { Uploads } from './uploads'

const EMOJI = [...'😀😂🙂😉😍😎🤔😕😢😡👍👎🙏👏💪❤🎉✅❌❓']

interface Tooled extends Part {
  uploads: Uploads
  insert(sign: string): void
  focus(): void
}

/** Files by picker, drop or paste, and emoji. */
export class Tools extends Component<Tooled, { emoji: boolean }> {
  override state = { emoji: false }
  readonly #picker = createRef<HTMLInputElement>()
  readonly #button = createRef<HTMLButtonElement>()
  #panel: HTMLElement | null = null

  override componentDidMount(): void {
    const element = this.#picker.current ?? this.#button.current
    dress(element)
    this.#panel = element?.closest<HTMLElement>('.panel') ?? null
    this.#panel?.addEventListener('dragover', this.#onDrag)
    this.#panel?.addEventListener('dragleave', this.#onLeave)
    this.#panel?.addEventListener('drop', this.#onDrop)
    this.#panel?.addEventListener('paste', this.#onPaste)
  }

  override componentWillUnmount(): void {
    this.#panel?.removeEventListener('dragover', this.#onDrag)
    this.#panel?.removeEventListener('dragleave', this.#onLeave)
    this.#panel?.removeEventListener('drop', this.#onDrop)
    this.#panel?.removeEventListener('paste', this.#onPaste)
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (!this.props.uploads.allowed || !event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    this.#panel?.classList.add('dragged')
  }

  readonly #onLeave = (event: DragEvent): void => {
    if (!this.#panel?.contains(event.relatedTarget as Node | null)) this.#panel?.classList.remove('dragged')
  }

  readonly #onDrop = (event: DragEvent): void => {
    this.#panel?.classList.remove('dragged')
    if (this.props.uploads.allowed && this.props.uploads.add(event.dataTransfer?.files)) event.preventDefault()
  }

  readonly #onPaste = (event: ClipboardEvent): void => {
    if (!this.props.uploads.allowed || event.clipboardData?.types.includes('text/plain')) return
    if (this.props.uploads.add(event.clipboardData?.files)) event.preventDefault()
  }

  readonly #onPick = (): void => {
    const picker = this.#picker.current
    this.props.uploads.add(picker?.files)
    if (picker) picker.value = ''
    this.props.focus()
  }

  /** Closes what is innermost: the emoji, before the panel. */
  readonly #onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.state.emoji) return
    event.preventDefault()
    this.setState({ emoji: false })
    this.props.focus()
  }

  render({ texts, insert, uploads }: Tooled, { emoji }: { emoji: boolean }) {
    return (
      <span class="tools" onKeyDown={this.#onEscape}>
        {emoji && (
          <div class="emoji" role="group" aria-label={texts('emoji')}>
            {EMOJI.map((sign) => <button key={sign} type="button" onClick={() => insert(sign)}>{sign}</button>)}
          </div>
        )}
        {uploads.allowed && (
          <>
            <input ref={this.#picker} type="file" multiple hidden tabIndex={-1} aria-label={texts('attach')} onChange={this.#onPick} />
            <button type="button" class="plain" aria-label={texts('attach')} title={texts('attach')} onClick={() => this.#picker.current?.click()}>
              <Sign name="clip" />
            </button>
          </>
        )}
        <button
          ref={this.#button}
          type="button"
          class="plain"
          aria-expanded={emoji}
          aria-label={texts('emoji')}
          title={texts('emoji')}
          onClick={() => this.setState({ emoji: !emoji })}
        >
          <Sign name="smile" />
        </button>
      </span>
    )
  }
}
