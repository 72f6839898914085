import { Component, createRef, h } from 'preact'

const EVERY_MS = 500
/** After so many looks without a new frame there is no picture any more. */
const STILL = 6

interface Props {
  stream: MediaStream
  label: string
  own?: boolean
}

/** A picture, for as long as there is one. */
export class Picture extends Component<Props, { seen: boolean }> {
  override state = { seen: this.props.own ?? false }
  readonly #video = createRef<HTMLVideoElement>()
  #timer: ReturnType<typeof setInterval> | undefined
  #frames = 0
  #still = STILL

  override componentDidMount(): void {
    this.componentDidUpdate()
    if (!this.props.own) this.#timer = setInterval(() => this.#look(), EVERY_MS)
  }

  override componentDidUpdate(): void {
    const video = this.#video.current
    if (video && video.srcObject !== this.props.stream) video.srcObject = this.props.stream
  }

  override componentWillUnmount(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const frames = this.#video.current?.getVideoPlaybackQuality().totalVideoFrames ?? 0
    this.#still = frames === this.#frames ? this.#still + 1 : 0
    this.#frames = frames
    this.setState({ seen: this.#still < STILL })
  }

  render({ label, own }: Props, { seen }: { seen: boolean }) {
    return <video ref={this.#video} class={own ? 'self' : ''} hidden={!seen} autoplay muted playsInline aria-label={label} />
  }
}
