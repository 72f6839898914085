import { Component, createRef, h, type VNode } from 'preact'

import { light, type Block, type Inline } from '../../words/light'
import { dress } from './signs'

/** Elements of the marks, with words as text: nothing that somebody writes is ever markup. */
function shown(one: Inline): VNode | string {
  if (typeof one === 'string') return one
  if (one.kind === 'code') return <code>{one.text}</code>
  if (one.kind === 'link') return <a href={one.href} target="_blank" rel="noopener noreferrer nofollow">{one.text}</a>
  return one.kind === 'bold' ? <strong>{one.inside.map(shown)}</strong> : <em>{one.inside.map(shown)}</em>
}

function block(one: Block): VNode {
  if (one.kind === 'code') return <pre>{one.text}</pre>
  if (one.kind === 'words') return <p>{one.inside.map(shown)}</p>
  const items = one.items.map((item) => <li value={item.number}>{item.inside.map(shown)}</li>)
  return one.ordered ? <ol>{items}</ol> : <ul>{items}</ul>
}

/** What the house has written, with its light marks. */
export class Words extends Component<{ text: string }> {
  readonly #box = createRef<HTMLDivElement>()

  override componentDidMount(): void {
    dress(this.#box.current)
  }

  render({ text }: { text: string }) {
    return <div ref={this.#box} class="words light">{light(text).map(block)}</div>
  }
}
