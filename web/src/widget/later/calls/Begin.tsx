import { Component, createRef, Fragment, h } from 'preact'

import type { Mode } from '../../../calls/rules'
import type { Config } from '../../types'
import { problemText, type Part } from '../../part'
import type { CustomerCall } from './customer'
import { dressCalls, Drawing } from './drawings'
import { Trouble } from './Trouble'
import { CALLS } from './words'

type Props = Part & { call: CustomerCall; submit(): void }

const MODES: readonly Mode[] = ['voice', 'video']

/** What one has read, and perhaps been asked, before one begins. */
const shown = (config: Config | null) => `${config?.consent} ${config?.text}`

/** Beside "start chat": one may call instead, as far as the house takes calls. Where another text stands before a call, it is read first. */
export class Begin extends Component<Props> {
  readonly #box = createRef<HTMLDivElement>()

  override componentDidMount(): void {
    dressCalls(this.#box.current)
  }

  async #call(calling: Mode): Promise<void> {
    const { chat, submit } = this.props
    const read = shown(chat.view.config)
    await chat.turn({ calling })
    if (chat.view.phase === 'form' && shown(chat.view.config) === read) submit()
  }

  render({ chat, texts, call }: Props) {
    const { config, calling, busy } = chat.view
    const off = call.busy || busy
    return (
      <>
        <div ref={this.#box} class="calling">
          {calling
            ? <button type="button" class="button quiet" disabled={off} onClick={() => void chat.turn({ calling: null })}>{texts('writeInstead')}</button>
            : MODES.map((mode) => config?.calls?.[mode] && (
              <button key={mode} type="button" class="button quiet" disabled={off} onClick={() => void this.#call(mode)}>
                <Drawing name={mode} /> {texts(CALLS[mode])}
              </button>
            ))}
        </div>
        <Trouble call={call} texts={texts} />
        {call.problem && <p class="error" role="alert">{problemText(call.problem, texts)}</p>}
      </>
    )
  }
}
