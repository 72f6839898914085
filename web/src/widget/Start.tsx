import { Component, h } from 'preact'

import type { Key } from './texts'
import { problemText, type Part } from './Widget'

const MAX_NAME = 100
const MAX_SUBJECT = 200

interface State {
  /** The answer, and the text that it was given to. */
  answer: { consent: boolean; text: string | null } | null
  missing: 'name' | 'consent' | null
}

/** Notice or consent first, then who one is and what it is about. Nothing is sent before this. */
export class Start extends Component<Part, State> {
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
    const { chat } = this.props
    const consent = this.#consent()
    const form = event.currentTarget as HTMLFormElement
    const values = new FormData(form)
    const said = (field: string) => String(values.get(field) ?? '').trim()
    const name = said('name')
    const asks = chat.view.config?.consent === 'consent'
    const missing = asks && consent === null ? 'consent' : name ? null : 'name'
    this.setState({ missing })
    if (missing) {
      form.querySelector<HTMLElement>(`[name=${missing}]`)?.focus()
      return
    }
    const subject = said('subject')
    void chat.start({ name, ...(subject && { subject }), ...(asks && consent !== null && { consent }) })
  }

  render({ chat, texts }: Part, { missing }: State) {
    const { config, problem, busy } = chat.view
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
      <form class="form" noValidate onSubmit={this.#submit}>
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
        <label class="field">
          {texts('name')}
          <input name="name" data-first autocomplete="name" maxLength={MAX_NAME} required aria-invalid={missing === 'name'} />
        </label>
        {missing === 'name' && error(texts('nameMissing'))}
        <label class="field">
          {texts('subject')}
          <input name="subject" maxLength={MAX_SUBJECT} />
        </label>
        {problem && error(problemText(problem, texts))}
        <button type="submit" class="button wide" aria-busy={busy} disabled={busy}>{texts(busy ? 'starting' : 'start')}</button>
      </form>
    )
  }
}
