import { Component, h } from 'preact'

import { dateLocale } from '../texts'
import type { Message } from '../types'
import { named } from '../Unsent'
import { problemText, type Part } from '../part'
import { ask } from './asking'
import { Words } from './Words'

interface Past {
  id: string
  begun_at: string
  items: readonly Message[]
}

interface State {
  pasts: readonly Past[]
  stage: 'more' | 'busy' | 'all'
  problem: string | null
}

/** What somebody whom the site knows has talked about here before, asked for a few conversations at a time. */
export class Earlier extends Component<Part, State> {
  override state: State = { pasts: [], stage: 'more', problem: null }

  readonly #more = async (): Promise<void> => {
    const { pasts } = this.state
    this.setState({ stage: 'busy', problem: null })
    try {
      const { items } = await ask<{ items: Past[] }>(this.props.chat, 'GET', `earlier?before=${pasts[0]?.id ?? ''}`)
      this.setState({ pasts: [...items.reverse(), ...pasts], stage: items.length ? 'more' : 'all' })
    } catch (problem) {
      this.setState({ stage: 'more', problem: String(problem) })
    }
  }

  render({ chat, texts, language }: Part, { pasts, stage, problem }: State) {
    if (!chat.view.signed) return null
    const time = new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'medium', timeStyle: 'short' })
    return (
      <div class="earlier">
        {stage === 'all' ? (
          <p class="told">{texts(pasts.length ? 'earlierAll' : 'earlierNone')}</p>
        ) : (
          <button type="button" class="link" disabled={stage === 'busy'} onClick={() => void this.#more()}>{texts('earlier')}</button>
        )}
        {problem && <p class="error" role="alert">{problemText(problem, texts)}</p>}
        {pasts.map(({ id, begun_at, items }) => (
          <section key={id} aria-label={time.format(new Date(begun_at))}>
            <h3>{time.format(new Date(begun_at))}</h3>
            {items.map((message) => (
              <div key={message.id} class={message.author.role === 'customer' ? 'mine' : 'theirs'}>
                <p class="meta"><b>{message.author.name}</b></p>
                {message.text && message.author.role !== 'customer' ? <Words text={message.text} /> : <p class="words">{message.text || named(message) || <em>{texts('removed')}</em>}</p>}
              </div>
            ))}
          </section>
        ))}
      </div>
    )
  }
}
