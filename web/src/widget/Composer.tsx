import { Component, createRef, h } from 'preact'

import { Icon } from './icons'
import type { Part } from './part'

const MAX_TEXT = 10_000

interface State {
  text: string
}

/** Where one writes. Enter sends, Shift+Enter is a new line. */
export class Composer extends Component<Part, State> {
  override state: State = { text: this.props.chat.draft }
  readonly #area = createRef<HTMLTextAreaElement>()

  override componentDidUpdate(_: Part, before: State): void {
    if (before.text !== this.state.text) this.#grow()
  }

  override componentDidMount(): void {
    this.#grow()
  }

  /** As high as its text, up to what the style sheet allows. */
  #grow(): void {
    const box = this.#area.current
    if (!box) return
    box.style.height = 'auto'
    box.style.height = `${box.scrollHeight}px`
  }

  readonly #send = (event: Event): void => {
    event.preventDefault()
    const words = this.state.text.trim()
    const { chat } = this.props
    this.#focus()
    if (!this.#sendable()) return
    const taken = chat.later?.take()
    // What is put away first, so that it is still there after the page has been loaded anew.
    if (taken?.kept) void taken.kept.then(() => chat.send(words, taken))
    else chat.send(words, taken)
    this.#write('')
  }

  readonly #focus = (): void => this.#area.current?.focus()

  /** Sent whole or not at all: files that are still on their way are waited for, unless the network is gone. */
  #sendable(): boolean {
    const files = this.props.chat.later?.standing()
    return files !== 'waiting' && (files === 'ready' || Boolean(this.state.text.trim()))
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#send(event)
  }

  readonly #onInput = (): void => {
    this.#write(this.#area.current?.value ?? '')
    this.props.chat.type()
  }

  /** The draft outlives the panel. */
  #write(text: string): void {
    this.props.chat.draft = text
    this.setState({ text })
  }

  readonly #insert = (sign: string): void => {
    const box = this.#area.current
    if (!box) return
    box.setRangeText(sign, box.selectionStart, box.selectionEnd, 'end')
    box.focus()
    this.#onInput()
  }

  render(part: Part, { text }: State) {
    const { texts, chat: { later } } = part
    return (
      <form class="foot" onSubmit={this.#send}>
        {later && <later.Tray {...part} />}
        <div class="row">
          <textarea
            ref={this.#area}
            data-first
            rows={1}
            maxLength={MAX_TEXT}
            value={text}
            placeholder={texts('write')}
            aria-label={texts('write')}
            onKeyDown={this.#onKey}
            onInput={this.#onInput}
          />
          {later && <later.Tools {...part} insert={this.#insert} focus={this.#focus} />}
          <button type="submit" class="plain go" aria-label={texts('send')} title={texts('send')} disabled={!this.#sendable()}>
            <Icon name="send" />
          </button>
        </div>
      </form>
    )
  }
}
