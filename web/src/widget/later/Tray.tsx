import { h } from 'preact'

import type { Part } from '../part'
import { Sign, sizeText } from './signs'
import type { Uploads } from './uploads'

/** Files that go with what is being written: how far each is, and why one does not. */
export function Tray({ texts, language, uploads }: Part & { uploads: Uploads }) {
  if (!uploads.all.length) return null
  return (
    <ul class="tray" aria-label={texts('attached')}>
      {uploads.all.map((one) => {
        const { file, stage } = one
        const bad = stage === 'refused' || stage === 'failed'
        const { name } = one.known ?? file
        const standing = {
          sending: `${texts('sending')} ${Math.round(one.sent * 100)} %`,
          scanning: texts('scanning'),
          ready: sizeText(one.known?.size ?? file.size, language),
          refused: one.why ?? texts('notTaken'),
          held: texts('heldFile'),
          failed: one.why ?? texts('notTaken'),
        }[stage]
        return (
          <li key={one.preview ?? `${file.name}${file.lastModified}`} class={bad ? 'bad' : ''} data-stage={stage}>
            {one.preview && !bad ? <img src={one.preview} alt="" /> : <Sign name="paper" />}
            <p>
              <b title={name}>{name}</b>
              <span role={bad ? 'alert' : undefined}>{standing}</span>
              {stage === 'sending' && <progress value={one.sent} max={1} aria-label={name} />}
            </p>
            {(stage === 'failed' || stage === 'held') && (
              <button type="button" class="plain" aria-label={texts('againFile', { name })} onClick={() => void uploads.go(one)}><Sign name="again" /></button>
            )}
            <button type="button" class="plain" aria-label={texts('removeFile', { name })} onClick={() => uploads.remove(one)}><Sign name="cross" /></button>
          </li>
        )
      })}
    </ul>
  )
}
