import { Component, createRef, Fragment, h } from 'preact'

import { Composer } from './Composer'
import { Icon } from './icons'
import { hasEnded, lines, type Line } from './talk'
import { dateLocale } from './texts'
import { named, Unsent } from './Unsent'
import { problemText, type Part } from './part'

const NEAR_END_PX = 80

/** The talk itself. Whoever reads at the end stays there; whoever reads back is not torn away. */
class Talk extends Component<Part> {
  readonly #scroller = createRef<HTMLDivElement>()
  #atEnd = true

  override componentDidMount(): void {
    this.componentDidUpdate()
  }

  override componentDidUpdate(): void {
    const box = this.#scroller.current
    if (this.#atEnd) box?.scrollTo({ top: box.scrollHeight })
  }

  readonly #onScroll = (): void => {
    const box = this.#scroller.current
    this.#atEnd = !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX
  }

  render(part: Part) {
    const { chat, texts } = part
    const { typing } = chat.view.talk
    const types = typing && typing.until > Date.now()
    return (
      <div ref={this.#scroller} class="talk" tabIndex={0} role="region" aria-label={texts('log')} onScroll={this.#onScroll}>
        {chat.later && <chat.later.Earlier {...part} />}
        <div role="log" aria-label={texts('log')}>
          {lines(chat.view.talk).map((line) => <Entry key={keyOf(line)} line={line} part={part} />)}
          <Unsent {...part} />
        </div>
        <p class="typing" role="status">{types ? <><i /><i /><i />{texts('typing', { name: typing.name })}</> : null}</p>
      </div>
    )
  }
}

/** Transcript, what is on its way, who types, where one stands in the queue, and where one writes. */
export function Conversation(part: Part) {
  const { chat, texts } = part
  const { problem, talk } = chat.view
  return (
    <>
      {chat.later && <chat.later.Call {...part} />}
      <Talk {...part} />
      <Standing {...part} />
      {problem && <p class="bar error" role="alert">{problemText(problem, texts)}</p>}
      {!hasEnded(talk.situation) ? <Composer {...part} /> : chat.later && <chat.later.Ended {...part} />}
    </>
  )
}

function keyOf({ message, notice }: Line): string {
  return message ? (message.client_id ?? message.id) : `told-${notice.id}`
}

function Entry({ line: { message, notice }, part }: { line: Line; part: Part }) {
  const { texts, language, chat: { later, view: { talk: { read } } } } = part
  const time = (at: string) => new Date(at).toLocaleTimeString(dateLocale(language), { hour: '2-digit', minute: '2-digit' })
  if (!message) {
    const told = texts.told(notice.code, { name: notice.name, text: notice.text ?? null })
    return told === null ? null : <p class="told">{told} <time dateTime={notice.at}>{time(notice.at)}</time></p>
  }
  const mine = message.author.role === 'customer'
  return (
    <div class={mine ? 'mine' : 'theirs'} data-seq={message.seq}>
      <p class="meta">
        {mine ? <span class="unseen">{texts('you')}</span> : <b>{message.author.name}</b>} <time dateTime={message.at}>{time(message.at)}</time>
      </p>
      {!message.text && !message.attachments?.[0] && <p class="words"><em>{texts('removed')}</em></p>}
      {message.text && (mine || !later ? <p class="words">{message.text}</p> : <later.Words text={message.text} />)}
      {message.attachments?.[0] && (later ? <later.Shown message={message} part={part} /> : <p class="words">{named(message)}</p>)}
      {mine && <p class="meta" data-read={message.seq <= read}><Icon name={message.seq <= read ? 'checks' : 'check'} />{texts(message.seq <= read ? 'read' : 'delivered')}</p>}
    </div>
  )
}

/** Where one stands: the place in the queue as the server counts it, or that the line is down. */
function Standing(part: Part) {
  const { chat, texts } = part
  const { talk, down } = chat.view
  const { situation } = talk
  if (hasEnded(situation)) return null
  if (down && situation) return <p class="bar warn" role="status">{texts(down)}</p>
  return situation?.state === 'open' && chat.later ? <chat.later.Standing {...part} /> : null
}
