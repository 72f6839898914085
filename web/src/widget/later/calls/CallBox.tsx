import { Component, createRef, Fragment, h } from 'preact'

import type { LineView } from '../../../calls/frames'
import type { Call } from '../../types'
import { problemText, type Part } from '../../part'
import type { CustomerCall } from './customer'
import { CallBack } from './CallBack'
import { dressCalls, Drawing } from './drawings'
import { Level } from './Level'
import { Picture } from './Picture'
import { Trouble } from './Trouble'

type Props = Part & { call: CustomerCall; known: Call }

const TICK_MS = 1000
const clock = (ms: number) => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** The call, wherever on the site one is: whether one comes in, how it stands, one's microphone and camera, and its end. */
export class CallBox extends Component<Props> {
  readonly #box = createRef<HTMLElement>()
  #timer: ReturnType<typeof setInterval> | undefined

  override componentDidMount(): void {
    dressCalls(this.#box.current)
    this.#timer = setInterval(() => this.setState({}), TICK_MS)
  }

  override componentWillUnmount(): void {
    clearInterval(this.#timer)
  }

  render(props: Props) {
    const { texts, call, known } = props
    const view = call.line.view()
    const away = known.state === 'on' && (!call.isIn || view.phase === 'elsewhere')
    return (
      <section ref={this.#box} class="call" aria-label={texts('call')} data-call={known.state === 'on' ? view.phase : known.state}>
        {known.state === 'asked' && <Asked {...props} />}
        {known.state === 'on' && (away ? <Away {...props} /> : <Going {...props} view={view} />)}
        {(known.state === 'wanted' || known.state === 'telephone') && <Elsewhere {...props} />}
        {known.state === 'on' && mayBeCalled(props) && <CallBack {...props} />}
        <Trouble call={call} texts={texts} />
        {view.problem && <p class="error" role="alert">{view.problem.startsWith('#') ? texts('callFailed') : view.problem}</p>}
        {call.problem && <p class="error" role="alert">{problemText(call.problem, texts)}</p>}
      </section>
    )
  }
}

/** Who waits for somebody to answer need not stay on the line, where the house calls back. */
const mayBeCalled = ({ chat: { view: { config, talk } }, known }: Props) =>
  Boolean(config?.calls?.back && known.mode === 'voice' && talk.situation && !talk.situation.agent && talk.situation.state === 'open')

/** One is to be called, or is on the telephone: the browser has no part in it. */
function Elsewhere({ chat, texts, call, known }: Props) {
  const waits = known.state === 'wanted' && ['open', 'waiting'].includes(chat.view.talk.situation?.state ?? '')
  return (
    <>
      <p>
        <Drawing name="voice" /><b>{texts(known.state === 'wanted' ? 'backWanted' : 'backRings')}</b>
        {call.number && <span class="number">{call.number}</span>}
      </p>
      <p class="soft" role="status">{texts(known.state === 'telephone' ? 'backAnswer' : waits ? 'backKept' : 'backSoon')}</p>
    </>
  )
}

/** Whether one comes into a call: by voice, by video, or not. */
function Asked({ chat, texts, call, known }: Props) {
  const name = chat.view.talk.situation?.agent?.name ?? chat.view.config?.name ?? ''
  const { busy } = call
  const video = known.mode === 'video'
  return (
    <>
      <p role="alert"><b>{texts(video ? 'askedVideo' : 'askedVoice', { name })}</b></p>
      <div class="calling">
        {video && <button type="button" class="button" disabled={busy} onClick={() => void call.accept('video')}><Drawing name="video" /> {texts('acceptVideo')}</button>}
        <button type="button" class={video ? 'button quiet' : 'button'} disabled={busy} onClick={() => void call.accept('voice')}>
          <Drawing name="voice" /> {texts(video ? 'acceptVoice' : 'accept')}
        </button>
        <button type="button" class="button quiet" disabled={busy} onClick={() => void call.decline()}>{texts('decline')}</button>
      </div>
    </>
  )
}

/** The call goes on, and not here. */
function Away({ texts, call }: Props) {
  return (
    <>
      <p role="status">{texts('callAway')}</p>
      <div class="calling">
        <button type="button" class="button" onClick={() => call.come()}>{texts('callHere')}</button>
        <HangUp call={call} label={texts('hangUp')} />
      </div>
    </>
  )
}

function HangUp({ call, label }: { call: CustomerCall; label: string }) {
  return <button type="button" class="button stop" disabled={call.busy} onClick={() => void call.hangUp()}><Drawing name="off" /> {label}</button>
}

function Going(props: Props & { view: LineView }) {
  const { texts, call, known, view } = props
  const others = view.legs.filter((leg) => !leg.you && leg.connected).map((leg) => leg.name)
  const standing = view.phase !== 'on' ? texts('callConnecting') : known.held ? texts('callHeld') : others.length ? texts('callWith', { names: others.join(', ') }) : texts('callMusic')
  return (
    <>
      <p>
        <Drawing name={known.mode} /><b>{texts(known.mode === 'video' ? 'videoCall' : 'voiceCall')}</b>
        {view.phase === 'on' && <time>{clock(Date.now() - call.since)}</time>}
        {known.held && <span class="mark">{texts('onHold')}</span>}
        {known.recorded && <span class="mark">{texts(known.written ? 'written' : 'recorded')}</span>}
      </p>
      <p class="soft" role="status">{standing} {view.muted && texts('youAreMuted')}</p>
      {view.blocked && <button type="button" class="button" onClick={() => void call.line.play()}>{texts('hearCall')}</button>}
      {known.mode === 'video' && (
        <div class="seen">
          {view.pictures.map((stream, index) => <Picture key={index} stream={stream} label={others.join(', ') || texts('videoCall')} />)}
          {view.own && <Picture key="own" stream={view.own} label={texts('you')} own />}
        </div>
      )}
      <div class="calling">
        <Level label={texts('yourLevel')} level={() => call.line.levels().own} />
        {view.microphone ? (
          <button type="button" class="button quiet" aria-pressed={view.muted} onClick={() => call.mute()}>
            <Drawing name={view.muted ? 'muted' : 'mic'} /> {texts(view.muted ? 'unmute' : 'mute')}
          </button>
        ) : (
          <button type="button" class="button quiet" onClick={() => void call.line.microphone()}>{texts('micAgain')}</button>
        )}
        {known.mode === 'video' && (
          <button type="button" class="button quiet" aria-pressed={view.camera} onClick={() => void call.line.camera(!view.camera)}>
            <Drawing name="video" /> {texts(view.camera ? 'cameraOff' : 'cameraOn')}
          </button>
        )}
        <HangUp call={call} label={texts('hangUp')} />
      </div>
    </>
  )
}
