import { h } from 'preact'

import { standing } from '../standing'
import type { Part } from '../part'

/** Where one stands, for as long as nobody serves. */
export function Standing({ chat, texts, language }: Part) {
  const { situation } = chat.view.talk
  return situation && <p class="bar" role="status">{standing(situation, texts, language)}</p>
}
