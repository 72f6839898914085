import { shallowReactive, type Directive } from 'vue'

/** Title and lines of a tip; each line has a text and a figure at its end. */
export interface TipContent {
  title?: string
  lines: readonly (readonly [text: string, figure: string])[]
  /** What matters less, under a heading of its own. */
  more?: { title: string; lines: readonly (readonly [text: string, figure: string])[] }
}
export type Tip = string | TipContent | null | undefined | (() => string | TipContent | null)

/** The one tip of the page: hundreds of cells may carry one, only one is ever drawn. */
export const openTip = shallowReactive<{ anchor: HTMLElement | null; content: Tip }>({ anchor: null, content: null })

const contents = new WeakMap<HTMLElement, Tip>()
const HOVER_DELAY_MS = 350
const LEAVE_DELAY_MS = 120
let timer: ReturnType<typeof setTimeout> | undefined

export function hideTip(): void {
  clearTimeout(timer)
  openTip.anchor?.removeAttribute('aria-describedby')
  openTip.anchor = null
}

/** Hides soon, unless the pointer comes onto the tip itself. */
export function hideTipSoon(): void {
  clearTimeout(timer)
  timer = setTimeout(hideTip, LEAVE_DELAY_MS)
}

export function keepTip(): void {
  clearTimeout(timer)
}

function show(element: HTMLElement): void {
  const content = contents.get(element)
  if (!content || !element.isConnected) return
  if (openTip.anchor !== element) hideTip()
  clearTimeout(timer)
  openTip.content = content
  openTip.anchor = element
  element.setAttribute('aria-describedby', 'tip')
}

function onEnter(event: PointerEvent): void {
  if (event.pointerType === 'touch') return
  const element = event.currentTarget as HTMLElement
  clearTimeout(timer)
  timer = setTimeout(() => show(element), openTip.anchor ? 0 : HOVER_DELAY_MS)
}

function onFocus(event: FocusEvent): void {
  const element = event.currentTarget as HTMLElement
  if (element.matches(':focus-visible')) show(element)
}

/** `v-tip="text"`: shown on hover and keyboard focus, hidden with Escape, reachable with the pointer. */
export const vTip: Directive<HTMLElement, Tip> = {
  mounted(element, { value }) {
    contents.set(element, value)
    element.addEventListener('pointerenter', onEnter)
    element.addEventListener('pointerleave', hideTipSoon)
    element.addEventListener('focus', onFocus)
    element.addEventListener('blur', hideTip)
    element.addEventListener('click', hideTip)
  },
  updated(element, { value }) {
    contents.set(element, value)
    if (openTip.anchor === element) openTip.content = value
  },
  beforeUnmount(element) {
    if (openTip.anchor === element) hideTip()
  },
}
