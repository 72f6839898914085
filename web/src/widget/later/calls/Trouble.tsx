import { Fragment, h } from 'preact'

import type { Trouble as Why } from '../../../calls/capture'
import type { Key, Texts } from '../../texts'
import type { CustomerCall } from './customer'

const MICROPHONE: Record<Why, Key> = { denied: 'micDenied', missing: 'micMissing', taken: 'micTaken', insecure: 'micInsecure' }

/** Why one is not heard or not seen, and what to do about it. */
export function Trouble({ call, texts }: { call: CustomerCall; texts: Texts }) {
  const { asking, trouble } = call.line.view()
  return (
    <>
      {asking && <p class="hint" role="status">{texts('micAsking')}</p>}
      {trouble.audio && <p class="error" role="alert">{texts(MICROPHONE[trouble.audio])}</p>}
      {trouble.video && <p class="error" role="alert">{texts('noCamera')}</p>}
    </>
  )
}
