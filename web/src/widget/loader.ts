/**
 * The one line that a web page includes:
 * `<script src="https://…/widget/v1/loader.js?key=…" async></script>`, with `data-color`, `data-language` and `data-identity` at will.
 * It adds the element and fetches its code; asked for twice, it does it once.
 */
declare const WIDGET_FILE: string

interface Door {
  identify(token: string): void
  signOut(): void
}

const script = document.currentScript as HTMLScriptElement | null

const element = document.createElement('valvomo-chat')

function add(): void {
  if (!script || document.querySelector('valvomo-chat')) return
  const address = new URL(script.src)
  element.setAttribute('server', address.origin)
  element.setAttribute('key', address.searchParams.get('key') ?? '')
  for (const name of ['color', 'language', 'identity']) {
    const value = script.dataset[name]
    if (value && !element.hasAttribute(name)) element.setAttribute(name, value)
  }
  document.body.append(element)
  const code = document.createElement('script')
  code.src = new URL(WIDGET_FILE, address).href
  code.async = true
  // A site with a nonce in its policy trusts what its own script adds by the same nonce.
  if (script.nonce) code.nonce = script.nonce
  document.head.append(code)
}

// Sites that load no page when somebody signs in or out say it here; also before the rest has come.
const door: Door = {
  identify: (token) => element.setAttribute('identity', token),
  signOut: () => element.removeAttribute('identity'),
}
Object.assign(window, { valvomo: door })

if (document.body) add()
else document.addEventListener('DOMContentLoaded', add)
