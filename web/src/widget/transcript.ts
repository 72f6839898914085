import { plain } from '../words/light'
import { lines, type Talk } from './talk'
import { dateLocale, type Texts } from './texts'
import type { Message } from './types'

/** The words, and the names of what went with them. */
function said({ text, attachments = [], author }: Message): string {
  const words = author.role === 'customer' ? text : plain(text)
  return [...(words ? [words] : []), ...attachments.map(({ name }) => `[${name}]`)].join(' ')
}

/** The conversation as plain text, in the reader's language and time: what the customer takes along. */
export function transcriptText(talk: Talk, texts: Texts, language: string, title: string): string {
  const time = new Intl.DateTimeFormat(dateLocale(language), { dateStyle: 'short', timeStyle: 'short' })
  const begun = talk.messages[0]?.at ?? talk.situation?.notices?.[0]?.at
  const head = begun ? texts('transcript', { date: time.format(new Date(begun)) }) : texts('log')
  const body = lines(talk).map(({ message, notice }) => {
    if (message) return `[${time.format(new Date(message.at))}] ${message.author.name}: ${said(message)}`
    const told = texts.told(notice.code, { name: notice.name, text: notice.text ?? null })
    return told === null ? null : `[${time.format(new Date(notice.at))}] — ${told}`
  })
  return [title, head, '', ...body.filter((line) => line !== null), ''].join('\r\n')
}
