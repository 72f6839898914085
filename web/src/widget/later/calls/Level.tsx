import { Component, createRef, h } from 'preact'

const EVERY_MS = 100

interface Props {
  label: string
  level(): number
}

/** How loud it is at this moment, from 0 to 1. */
export class Level extends Component<Props> {
  readonly #meter = createRef<HTMLMeterElement>()
  #timer: ReturnType<typeof setInterval> | undefined

  override componentDidMount(): void {
    this.#timer = setInterval(() => {
      if (this.#meter.current) this.#meter.current.value = this.props.level()
    }, EVERY_MS)
  }

  override componentWillUnmount(): void {
    clearInterval(this.#timer)
  }

  render({ label }: Props) {
    return <meter ref={this.#meter} min={0} max={1} aria-label={label} title={label} />
  }
}
