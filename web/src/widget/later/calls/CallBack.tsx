import { Component, createRef, h } from 'preact'

import { isInternational } from '../../../calls/number'
import type { Part } from '../../part'
import type { CustomerCall } from './customer'
import { Drawing } from './drawings'

type Props = Part & { call: CustomerCall }

/** Instead of waiting on the line: the number at which one wants to be called. The place in the queue is kept. */
export class CallBack extends Component<Props, { open: boolean; wrong: boolean }> {
  override state = { open: false, wrong: false }
  readonly #number = createRef<HTMLInputElement>()

  readonly #open = (): void => {
    this.setState({ open: true }, () => this.#number.current?.focus())
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault()
    const number = this.#number.current?.value.trim() ?? ''
    const wrong = !isInternational(number)
    this.setState({ wrong })
    if (wrong) this.#number.current?.focus()
    else void this.props.call.callBack(number)
  }

  render({ texts, call }: Props, { open, wrong }: { open: boolean; wrong: boolean }) {
    if (!open) {
      return <button type="button" class="button quiet" onClick={this.#open}><Drawing name="voice" /> {texts('backAsk')}</button>
    }
    return (
      <form class="back" noValidate onSubmit={this.#submit}>
        <label class="field">
          {texts('backNumber')}
          <input ref={this.#number} type="tel" name="back" autocomplete="tel" maxLength={40} aria-invalid={wrong} aria-describedby="back-hint" />
        </label>
        <p id="back-hint" class={wrong ? 'error' : 'soft'} role={wrong ? 'alert' : undefined}>{texts('backHint')}</p>
        <div class="calling">
          <button type="submit" class="button" disabled={call.busy}>{texts('backSend')}</button>
          <button type="button" class="button quiet" onClick={() => this.setState({ open: false, wrong: false })}>{texts('backNo')}</button>
        </div>
      </form>
    )
  }
}
