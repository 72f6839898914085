import { Component, createRef, Fragment, h } from 'preact'

import { opening } from '../standing'
import type { Key } from '../texts'
import { Unsent } from '../Unsent'
import { problemText, type Part } from '../part'
import type { Calls } from './calls/calls'
import { CALLS } from './calls/words'

const MAX_NAME = 100
const MAX_SUBJECT = 200

type Starting = Part & { calls: Calls | null }

interface State {
  /** The answer, and the text that it was given to. */
  answer: { consent: boolean; text: string | null } | null
  missing: 'name' | 'consent' | 'email' | 'message' | null
}

/** Notice or consent first, then who one is and what it is about. Nothing is sent before this. */
export class Start extends Component<Starting, State> {
  readonly #form = createRef<HTMLFormElement>()
  override state: State = { answer: null, missing: null }

  /** An answer to another text is none: the text has changed meanwhile, or its language has. */
  #consent(): boolean | null {
    const { answer } = this.state
    return answer && answer.text === this.#text() ? answer.consent : null
  }

  #text(): string | null {
    return this.props.chat.view.config?.text ?? null
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault()
    const { calls, chat } = this.props
    const { calling } = chat.view
    if (calls && calling) void calls.begin((ready) => this.#start(ready))
    else void this.#start()
  }

  /** Whether something has begun: what is missing is asked for first. */
  async #start(ready?: () => Promise<boolean>): Promise<boolean> {
    const { chat } = this.props
    const consent = this.#consent()
    const form = this.#form.current
    if (!form) return false
    const values = new FormData(form)
    const said = (field: string) => String(values.get(field) ?? '').trim()
    const { leaving, signed } = chat.view
    const name = signed && !leaving ? (signed.name ?? '') : said('name')
    const [email, phone, message] = [said('email'), said('phone'), said('message')]
    const asks = chat.view.config?.consent === 'consent'
    const unnamed = !name && (leaving || !signed)
    const missing = asks && consent === null ? 'consent' : unnamed ? 'name' : leaving && !email && !phone ? 'email' : leaving && !message ? 'message' : null
    this.setState({ missing })
    if (missing) {
      form.querySelector<HTMLElement>(`[name=${missing}]`)?.focus()
      return false
    }
    if (ready && !(await ready())) return false
    const subject = said('subject')
    const more = { ...(subject && { subject }), ...(email && { email }), ...(phone && { phone }) }
    await chat.start({ name, ...more, ...(asks && consent !== null && { consent }) }, message)
    return chat.view.phase === 'talk'
  }

  render({ calls, ...part }: Starting, { missing }: State) {
    const { chat, texts, language } = part
    const { config, problem, busy, leaving, calling, signed } = chat.view
    const consent = this.#consent()
    const error = (text: string) => <p class="error" role="alert">{text}</p>
    const choice = (answer: boolean, key: Key) => (
      <label class="choice">
        <input
          type="radio"
          name="consent"
          required
          aria-invalid={missing === 'consent'}
          checked={consent === answer}
          onChange={() => this.setState({ answer: { consent: answer, text: this.#text() } })}
        />
        {texts(key)}
      </label>
    )
    return (
      <form ref={this.#form} class="form" noValidate onSubmit={this.#submit}>
        <Unsent {...part} />
        {config?.closed && (
          <div class="bar warn" role="status">
            {opening(config.closed.opens_at, texts, language)}
            {config.closed.leave && (
              <button type="button" class="link" onClick={() => void chat.turn({ leaving: !leaving, phase: 'loading' })}>{texts(leaving ? 'waitHere' : 'leave')}</button>
            )}
          </div>
        )}
        {config?.text && <p class="legal" lang={config.language}>{config.text}</p>}
        {config?.consent === 'consent' && (
          <fieldset>
            <legend>{texts('consentQuestion')}</legend>
            {choice(true, 'consentYes')}
            {choice(false, 'consentNo')}
            <p class="hint">{texts('consentHint')}</p>
            {missing === 'consent' && error(texts('consentMissing'))}
          </fieldset>
        )}
        {signed && !leaving ? (
          <p class="hint">{texts('signedIn', { name: signed.name ?? '' })}</p>
        ) : (
          <label class="field">
            {texts('name')}
            <input name="name" data-first autocomplete="name" maxLength={MAX_NAME} required aria-invalid={missing === 'name'} />
          </label>
        )}
        {missing === 'name' && error(texts('nameMissing'))}
        {leaving && (
          <>
            <label class="field">
              {texts('email')}
              <input name="email" type="email" autocomplete="email" maxLength={254} aria-invalid={missing === 'email'} />
            </label>
            {config?.closed?.mails && <p class="hint">{texts('emailToo')}</p>}
            <label class="field">
              {texts('phone')}
              <input name="phone" type="tel" autocomplete="tel" maxLength={40} />
            </label>
            {missing === 'email' && error(texts('contactMissing'))}
            <label class="field">
              {texts('message')}
              <textarea name="message" rows={4} maxLength={10_000} aria-invalid={missing === 'message'} />
            </label>
            {missing === 'message' && error(texts('messageMissing'))}
          </>
        )}
        {!leaving && (
          <label class="field">
            {texts('subject')}
            <input name="subject" data-first={signed !== null} maxLength={MAX_SUBJECT} />
          </label>
        )}
        {problem && error(problemText(problem, texts))}
        <button type="submit" class="button wide" aria-busy={busy} disabled={busy}>{texts(busy ? 'starting' : leaving ? 'leaveIt' : calling ? CALLS[calling] : 'start')}</button>
        {calls && !leaving && <calls.Begin {...part} submit={() => this.#form.current?.requestSubmit()} />}
      </form>
    )
  }
}
