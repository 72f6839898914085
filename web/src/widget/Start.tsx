import { Component } from 'preact'

import type { Key } from './texts'
import { problemText, type Part } from './Widget'

const MAX_NAME = 100
const MAX_SUBJECT = 200

interface State {
  consent: boolean | null
  missing: 'name' | 'consent' | null
}

/** Notice or consent first, then who one is and what it is about. Nothing is sent before this. */
export class Start extends Component<Part, State> {
  override state: State = { consent: null, missing: null }

  private readonly submit = (event: Event): void => {
    event.preventDefault()
    const { chat } = this.props
    const { consent } = this.state
    const form = event.currentTarget as HTMLFormElement
    const values = new FormData(form)
    const name = String(values.get('name') ?? '').trim()
    const asks = chat.view.config?.consent === 'consent'
    const missing = asks && consent === null ? 'consent' : name ? null : 'name'
    this.setState({ missing })
    if (missing) {
      form.querySelector<HTMLElement>(`[name=${missing}]`)?.focus()
      return
    }
    const subject = String(values.get('subject') ?? '').trim()
    void chat.start({ name, ...(subject && { subject }), ...(asks && consent !== null && { consent }) })
  }

  render({ chat, texts }: Part, { consent, missing }: State) {
    const { config, problem, busy } = chat.view
    const error = (text: string) => <p class="error" role="alert">{text}</p>
    const choice = (answer: boolean, key: Key) => (
      <label class="choice">
        <input
          type="radio"
          name="consent"
          required
          aria-invalid={missing === 'consent'}
          checked={consent === answer}
          onChange={() => this.setState({ consent: answer })}
        />
        {texts(key)}
      </label>
    )
    return (
      <form class="form" noValidate onSubmit={this.submit}>
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
