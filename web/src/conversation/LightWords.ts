import { h, type FunctionalComponent, type VNode } from 'vue'

import { light, type Block, type Inline } from '@/words/light'

/** Elements of the marks, with words as text: nothing that somebody writes is ever markup. */
function shown(one: Inline): VNode | string {
  if (typeof one === 'string') return one
  if (one.kind === 'code') return h('code', { class: 'rounded bg-sunken px-1 font-mono text-[0.92em]' }, one.text)
  if (one.kind === 'link') return h('a', { class: 'text-accent-ink underline underline-offset-2', href: one.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, one.text)
  return h(one.kind === 'bold' ? 'strong' : 'em', one.inside.map(shown))
}

function block(one: Block): VNode {
  if (one.kind === 'code') return h('pre', { class: 'my-1 overflow-x-auto rounded-lg bg-sunken px-2 py-1.5 font-mono text-xs' }, one.text)
  if (one.kind === 'words') return h('p', { class: 'whitespace-pre-wrap' }, one.inside.map(shown))
  const items = one.items.map((item) => h('li', { value: item.number }, item.inside.map(shown)))
  return h(one.ordered ? 'ol' : 'ul', { class: ['my-0.5 pl-5', one.ordered ? 'list-decimal' : 'list-disc'] }, items)
}

/** What somebody of the house wrote, with its light marks. */
const LightWords: FunctionalComponent<{ text: string }> = ({ text }) => h('div', { class: 'text-sm break-words' }, light(text).map(block))
LightWords.props = ['text']
export default LightWords
