import { Component, createRef, h } from 'preact'

import { hasEnded } from '../talk'
import type { Part } from '../part'
import { Mail } from './Mail'
import { dress, Sign } from './signs'

interface State {
  open: 'menu' | 'ask' | 'mail' | null
}

type Saving = Part & { save(): void }

/** What is done seldom: download, and end after asking once more. */
export class Menu extends Component<Saving, State> {
  override state: State = { open: null }
  readonly #trigger = createRef<HTMLButtonElement>()
  readonly #box = createRef<HTMLDivElement>()

  override componentDidMount(): void {
    dress(this.#trigger.current)
  }

  override componentDidUpdate(_: Saving, before: State): void {
    if (before.open !== this.state.open) this.#box.current?.querySelector<HTMLElement>('input, button')?.focus()
  }

  readonly #shut = (): void => {
    this.setState({ open: null })
    this.#trigger.current?.focus()
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.state.open) {
      event.preventDefault()
      event.stopPropagation()
      this.#shut()
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const buttons = [...(this.#box.current?.querySelectorAll('button') ?? [])]
    if (!step || !buttons.length) return
    event.preventDefault()
    const at = buttons.indexOf((event.target as HTMLElement).closest('button') as HTMLButtonElement)
    buttons[(at + step + buttons.length) % buttons.length]?.focus()
  }

  render(part: Saving, { open }: State) {
    const { chat, texts } = part
    const act = (then: () => void) => () => {
      this.#shut()
      then()
    }
    return (
      <div class="menu" onKeyDown={this.#onKey}>
        <button
          ref={this.#trigger}
          type="button"
          class="plain"
          aria-expanded={open !== null}
          aria-label={texts('more')}
          title={texts('more')}
          onClick={() => this.setState({ open: open ? null : 'menu' })}
        >
          <Sign name="more" />
        </button>
        {open === 'menu' && (
          <div ref={this.#box} class="drop">
            <button type="button" onClick={act(part.save)}>{texts('download')}</button>
            {chat.view.config?.mail && (
              <button type="button" onClick={() => this.setState({ open: 'mail' })}>{texts('mailIt')}</button>
            )}
            {!hasEnded(chat.view.talk.situation) && (
              <button type="button" onClick={() => this.setState({ open: 'ask' })}>{texts('end')}</button>
            )}
          </div>
        )}
        {open === 'mail' && (
          <div ref={this.#box} class="drop ask" role="dialog" aria-label={texts('mailIt')}>
            <Mail {...part} close={this.#shut} />
          </div>
        )}
        {open === 'ask' && (
          <div ref={this.#box} class="drop ask" role="alertdialog" aria-label={texts('endQuestion')}>
            <p>{texts('endQuestion')}</p>
            <button type="button" class="button quiet" onClick={this.#shut}>{texts('endNo')}</button>
            <button type="button" class="button" onClick={act(() => void chat.end())}>{texts('endYes')}</button>
          </div>
        )}
      </div>
    )
  }
}
