import { Component, Fragment, h } from 'preact'

import { problemText, type Part } from '../part'
import { ask } from './asking'

interface State {
  stage: 'asked' | 'busy' | 'going'
  email: string
  problem: string | null
}

/** Where the transcript is to go. It is said to be on its way, and no more: whether it arrives nobody here knows. */
export class Mail extends Component<Part & { close?: () => void }, State> {
  override state: State = { stage: 'asked', email: '', problem: null }

  readonly #send = (event: Event): void => {
    event.preventDefault()
    const email = String(new FormData(event.currentTarget as HTMLFormElement).get('email') ?? '').trim()
    this.setState({ stage: 'busy', email, problem: null })
    void ask(this.props.chat, 'POST', 'transcript-mail', { email }).then(
      () => this.setState({ stage: 'going' }),
      (problem: string) => this.setState({ stage: 'asked', problem }),
    )
  }

  render({ texts, close }: Part & { close?: () => void }, { stage, email, problem }: State) {
    if (stage === 'going') {
      return (
        <>
          <p role="status">{texts('mailGoing', { email })}</p>
          {close && <button type="button" class="button quiet wide" onClick={close}>{texts('done')}</button>}
        </>
      )
    }
    return (
      <form class="mailing" onSubmit={this.#send} noValidate>
        <label class="field">
          {texts('email')}
          <input name="email" type="email" autocomplete="email" maxLength={254} required defaultValue={email} aria-invalid={problem !== null} />
        </label>
        {problem && <p class="error" role="alert">{problemText(problem, texts)}</p>}
        <button type="submit" class="button wide" disabled={stage === 'busy'}>{texts('mailSend')}</button>
      </form>
    )
  }
}
