import { Component, createRef, h } from 'preact'

import { Icon } from './icons'
import type { Part } from './Widget'

const MAX_TEXT = 10_000
const EMOJI = [...'😀😂🙂😉😍😎🤔😕😢😡👍👎🙏👏💪❤🎉✅❌❓']

interface State {
  text: string
  emoji: boolean
}

/** Where one writes. Enter sends, Shift+Enter is a new line. */
export class Composer extends Component<Part, State> {
  override state: State = { text: this.props.chat.draft, emoji: false }
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
    this.#area.current?.focus()
    if (!words) return
    this.props.chat.send(words)
    this.#write('', false)
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) this.#send(event)
  }

  readonly #onInput = (): void => {
    this.#write(this.#area.current?.value ?? '')
    this.props.chat.type()
  }

  /** The draft outlives the panel. */
  #write(text: string, emoji = this.state.emoji): void {
    this.props.chat.draft = text
    this.setState({ text, emoji })
  }

  #insert(sign: string): void {
    const box = this.#area.current
    if (!box) return
    box.setRangeText(sign, box.selectionStart, box.selectionEnd, 'end')
    box.focus()
    this.#onInput()
  }

  /** Closes what is innermost: the emoji, before the panel. */
  readonly #onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.state.emoji) return
    event.preventDefault()
    this.setState({ emoji: false })
    this.#area.current?.focus()
  }

  render({ texts }: Part, { text, emoji }: State) {
    return (
      <form class="foot" onSubmit={this.#send} onKeyDown={this.#onEscape}>
        {emoji && (
          <div class="emoji" role="group" aria-label={texts('emoji')}>
            {EMOJI.map((sign) => <button key={sign} type="button" onClick={() => this.#insert(sign)}>{sign}</button>)}
          </div>
        )}
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
          <button
            type="button"
            class="plain"
            aria-expanded={emoji}
            aria-label={texts('emoji')}
            title={texts('emoji')}
            onClick={() => this.setState({ emoji: !emoji })}
          >
            <Icon name="smile" />
          </button>
          <button type="submit" class="plain go" aria-label={texts('send')} title={texts('send')} disabled={!text.trim()}>
            <Icon name="send" />
          </button>
        </div>
      </form>
    )
  }
}
