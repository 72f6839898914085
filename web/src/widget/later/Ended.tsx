import { h } from 'preact'

import type { Part } from '../part'
import { Mail } from './Mail'
import { Survey } from './Survey'

/** The talk is over: how it went, what one takes along, and how to begin anew. Nothing of it has to be done. */
export function Ended(part: Part & { save(): void }) {
  const { chat, texts, save } = part
  const { survey } = chat.view.talk.situation ?? {}
  const still = survey && (survey.until === null || Date.parse(survey.until) > Date.now())
  return (
    <div class="foot over">
      {still && <Survey {...part} survey={survey} />}
      <div class="ended">
        <p>{texts('ended')}</p>
        <button type="button" class="button quiet" onClick={save}>{texts('download')}</button>
        <button type="button" class="button" data-first onClick={() => chat.startAnew()}>{texts('anew')}</button>
      </div>
      {chat.view.config?.mail && (
        <details>
          <summary>{texts('mailIt')}</summary>
          <Mail {...part} />
        </details>
      )}
    </div>
  )
}
