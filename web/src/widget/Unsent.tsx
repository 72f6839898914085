import { Fragment, h } from 'preact'

import type { Outgoing } from './types'
import type { Part } from './part'

/** The names of what a message has with it. */
export function named({ attachments = [], files = [] }: Pick<Outgoing, 'attachments' | 'files'>): string {
  return [...attachments, ...files].map(({ name }) => name).join(', ')
}

/** Words that the server has not confirmed: on their way, waiting for the network, or refused. */
export function Unsent({ chat, texts }: Part) {
  const { outgoing, down, phase } = chat.view
  return (
    <>
      {outgoing.map((one) => (
        <div key={one.client_id} class="mine" data-unsent>
          <p class="words">{one.text || named(one)}</p>
          {one.text && named(one) && <p class="meta">{named(one)}</p>}
          {one.failed === null && phase === 'talk' ? (
            <p class="meta">{texts(down ? 'held' : 'sending')}</p>
          ) : (
            <p class={one.failed === null ? 'meta' : 'meta error'}>
              {one.failed === null ? texts('unsent') : texts('failed', { reason: one.failed })}
              {one.failed !== null && <button type="button" class="link" onClick={() => chat.outbox.again(one.client_id)}>{texts('again')}</button>}
              <button type="button" class="link" onClick={() => chat.outbox.drop(one.client_id)}>{texts('discard')}</button>
            </p>
          )}
        </div>
      ))}
    </>
  )
}
