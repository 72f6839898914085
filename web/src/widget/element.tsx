import { Component, createRef, Fragment, h, render } from 'preact'

import { Chat } from './chat'
import { colourSheet } from './colour'
import { lockUp } from './person'
import { loadTexts, ourLanguage, type Texts } from './texts'
import { Widget } from './Widget'
import css from './widget.css?inline'

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet()
  made.replaceSync(text)
  return made
}

/**
 * `<valvomo-chat server key [color] [language] [identity]>`: the bubble and its panel. Everything lives in a shadow root with
 * adopted style sheets, so that neither the site's styles nor a strict policy of its stands in the way.
 */
class ValvomoChat extends HTMLElement {
  #chat: Chat | null = null
  #texts: Texts | null = null
  #languageWatch: MutationObserver | null = null
  #flaw: string | null = null

  static readonly observedAttributes = ['identity']

  /** Another visitor, or nobody any more: nothing of the one before is shown for a moment longer. */
  attributeChangedCallback(_: string, before: string | null, now: string | null): void {
    if (!this.isConnected || !this.#chat || before === now) return
    this.#chat.halt()
    const { open } = this.#chat.view
    if (before !== null && now === null) lockUp(this.#key(), true)
    this.#talk()
    if (!this.#texts) return
    this.#chat.begin()
    // Whoever signs in while it is open goes on there; whoever comes after somebody opens it themselves.
    if (before === null && open) this.#chat.toggle(true)
  }

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [sheet(css), sheet(colourSheet(this.getAttribute('color')))]
    this.#talk()
    void this.#read().then(() => this.#chat?.begin())
    // The site may change its language without loading a new page.
    this.#languageWatch = new MutationObserver(() => {
      void this.#read()
      void this.#chat?.speak(this.#language())
    })
    this.#languageWatch.observe(document.documentElement, { attributeFilter: ['lang'] })
  }

  disconnectedCallback(): void {
    this.#languageWatch?.disconnect()
    this.#chat?.halt()
    if (this.shadowRoot) render(null, this.shadowRoot)
  }

  #talk(): void {
    const chat = new Chat(this.#server(), this.#key(), this.#language(), this.getAttribute('identity'))
    this.#chat = chat
    chat.onChange = () => {
      if (this.#chat === chat) this.#draw()
    }
  }

  #key(): string {
    return this.getAttribute('key') ?? ''
  }

  #language(): string {
    return ourLanguage(this.getAttribute('language') || document.documentElement.lang)
  }

  #server(): string {
    return this.getAttribute('server') ?? location.origin
  }

  /** Fetches the words of the language, and draws in it. */
  async #read(): Promise<void> {
    const language = this.#language()
    const texts = await loadTexts(this.#server(), language)
    if (language !== this.#language()) return
    this.#texts = texts
    this.#draw()
  }

  #draw(): void {
    const { shadowRoot } = this
    const chat = this.#chat
    const texts = this.#texts
    if (!this.isConnected || !chat || !texts || !shadowRoot) return
    const { flaw } = chat.view
    // For whoever makes the site: customers are served as strangers.
    if (flaw && flaw !== this.#flaw) this.dispatchEvent(new CustomEvent('valvomo-stranger', { detail: { flaw }, bubbles: true }))
    this.#flaw = flaw
    render(<Widget chat={chat} texts={texts} language={this.#language()} />, shadowRoot)
  }
}

// What comes later draws with the same Preact.
Object.assign(globalThis, { valvomoPreact: { Component, createRef, Fragment, h } })
if (!customElements.get('valvomo-chat')) customElements.define('valvomo-chat', ValvomoChat)
