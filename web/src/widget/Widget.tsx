import { Component, createRef, h } from 'preact'

import { Conversation } from './Conversation'
import { Icon } from './icons'
import type { Part } from './part'
import { unread } from './talk'

export class Widget extends Component<Part> {
  readonly #bubble = createRef<HTMLButtonElement>()

  readonly #close = (): void => {
    this.props.chat.toggle(false)
    // On a phone the open panel hides the bubble until it is drawn again.
    requestAnimationFrame(() => this.#bubble.current?.focus())
  }

  render(part: Part) {
    const { chat, texts, language } = part
    const { open, talk, seen } = chat.view
    const news = open ? 0 : unread(talk, seen)
    const name = news ? texts('openUnread', { count: news }) : texts('open')
    return (
      <div class="root" lang={language}>
        {open ? <Panel {...part} close={this.#close} /> : chat.later && <chat.later.Call {...part} />}
        <button
          ref={this.#bubble}
          type="button"
          class="bubble"
          aria-expanded={open}
          aria-label={open ? texts('close') : name}
          onClick={() => chat.toggle(!open)}
        >
          <Icon name={open ? 'down' : 'chat'} />
          {news > 0 && <span class="badge" aria-hidden="true">{news > 99 ? '99+' : news}</span>}
        </button>
        <p class="unseen" role="status">{news ? name : ''}</p>
      </div>
    )
  }
}

class Panel extends Component<Part & { close: () => void }> {
  readonly #panel = createRef<HTMLElement>()
  #phase: string | null = null

  override componentDidMount(): void {
    this.componentDidUpdate()
  }

  /** Whoever opens it by keyboard goes on inside: first field of the form, or where one writes. */
  override componentDidUpdate(): void {
    const { phase } = this.props.chat.view
    if (phase === this.#phase) return
    this.#phase = phase
    const first = this.#panel.current?.querySelector<HTMLElement>('[data-first]') ?? this.#panel.current
    first?.focus({ preventScroll: true })
  }

  render({ close, ...part }: Part & { close: () => void }) {
    const { chat, texts } = part
    const { config, talk, phase } = chat.view
    const agent = talk.situation?.agent
    function onKey(event: KeyboardEvent): void {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      event.stopPropagation()
      close()
    }
    return (
      <section ref={this.#panel} class="panel" role="dialog" aria-label={texts('panel')} tabIndex={-1} onKeyDown={onKey}>
        <header class="head">
          <div class="titles">
            <h2>{config?.name || texts('title')}</h2>
            <p>{agent ? texts('with', { name: agent.name }) : texts('lead')}</p>
          </div>
          {phase === 'talk' && chat.later && <chat.later.Menu {...part} />}
          <button type="button" class="plain" aria-label={texts('close')} title={texts('close')} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <Body {...part} />
      </section>
    )
  }
}

function Body(part: Part) {
  const { chat, texts } = part
  const { phase, problem } = chat.view
  if (phase === 'talk') return <Conversation {...part} />
  if (phase === 'form' && chat.later) return <chat.later.Start {...part} />
  if (phase === 'loading' || phase === 'form') return <p class="middle" role="status">{texts('loading')}</p>
  return (
    <div class="middle" role="alert">
      <p>{phase === 'refused' && problem ? problem : texts('unavailable')}</p>
      <button type="button" class="button" onClick={() => void chat.load()}>{texts('retry')}</button>
    </div>
  )
}
