import { Component, createRef, h } from 'preact'

import type { Attachment, Message } from '../types'
import type { Part } from '../part'
import type { Files } from './files'
import { dress, Sign, sizeText } from './signs'

interface Showing {
  message: Message
  part: Part
  files: Files
}

interface State {
  open: Attachment | null
}

const isPicture = ({ media_type }: Attachment): boolean => media_type.startsWith('image/')

/** What a message has with it: pictures small, sound and video to be played, everything else by name. */
export class Shown extends Component<Showing, State> {
  override state: State = { open: null }
  readonly #box = createRef<HTMLDivElement>()
  readonly #close = createRef<HTMLButtonElement>()
  #from: HTMLElement | null = null

  override componentDidMount(): void {
    dress(this.#box.current)
  }

  override componentDidUpdate(_: Showing, before: State): void {
    if (this.state.open && !before.open) this.#close.current?.focus()
    if (!this.state.open && before.open) this.#from?.focus()
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.state.open) return
    event.preventDefault()
    this.setState({ open: null })
  }

  #look(one: Attachment, event: Event): void {
    this.#from = event.currentTarget as HTMLElement
    this.setState({ open: one })
  }

  render({ message, files, part: { texts, language } }: Showing, { open }: State) {
    return (
      <div ref={this.#box} class="files" onKeyDown={this.#onKey}>
        {message.attachments?.map((one) => {
          const links = files.linksOf(one.id)
          if (isPicture(one)) {
            const ratio = `${Math.max(48, one.width ?? 4)} / ${Math.max(48, one.height ?? 3)}`
            return (
              <button key={one.id} type="button" class="picture" style={{ aspectRatio: ratio }} aria-label={texts('openFile', { name: one.name })} onClick={(event) => this.#look(one, event)}>
                {links && <img src={files.at(links.thumbnail)} alt={one.name} />}
              </button>
            )
          }
          return (
            <div key={one.id}>
              {links?.whole && (one.media_type.startsWith('audio/') ? <audio controls preload="none" src={files.at(links.whole)} aria-label={one.name} /> : <video controls preload="metadata" src={files.at(links.whole)} aria-label={one.name} />)}
              <a class="file" href={files.at(links?.download)} download rel="noopener">
                <Sign name="paper" /><span class="unseen">{texts('save')} </span><b title={one.name}>{one.name}</b> <span>{sizeText(one.size, language)}</span>
              </a>
            </div>
          )
        })}
        {open && (
          <div class="viewer" role="dialog" aria-modal="true" aria-label={open.name}>
            <p>
              <b>{open.name}</b>
              <a class="link" href={files.at(files.linksOf(open.id)?.download)} download rel="noopener">{texts('save')}</a>
              <button ref={this.#close} type="button" class="plain" aria-label={texts('closeFile')} onClick={() => this.setState({ open: null })}><Sign name="cross" /></button>
            </p>
            <img src={files.at(files.linksOf(open.id)?.whole)} alt={open.name} />
          </div>
        )}
      </div>
    )
  }
}
