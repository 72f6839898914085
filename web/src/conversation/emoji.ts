import { currentLanguage, type Language } from '@/messages'

/** Signs by group, as they are shown; their names are in `messages/emoji`, one for each in every language. */
export const GROUPS = [
  { name: 'faces', signs: ['😀', '😃', '😄', '😁', '😅', '😂', '🙂', '😉', '😊', '😍', '😘', '😋', '😎', '🤩', '🤗', '🤔', '🤨', '😐', '🙄', '😏', '😴', '😌', '😕', '😟', '🙁', '😮', '😳', '😢', '😭', '😤', '😡', '😱', '🤯', '🥳', '🤒', '🤝'] },
  { name: 'hands', signs: ['👍', '👎', '👌', '👋', '🙏', '👏', '💪', '🤞', '👉', '👈', '👆', '👇', '🙌', '✍️', '👀', '🤷', '🙋'] },
  { name: 'hearts', signs: ['❤️', '🧡', '💛', '💚', '💙', '💜', '💔', '⭐', '✨', '🔥', '🎉', '🎁', '🎂', '🌹', '🌻', '🌲', '☀️', '🌧️', '❄️', '🌈', '🐶', '🐱', '☕', '🍕', '🍎', '🍰'] },
  { name: 'signs', signs: ['✅', '✔️', '❌', '❗', '❓', '⚠️', '⛔', 'ℹ️', '➡️', '⬅️', '⬆️', '⬇️', '🔁', '💯', '🔴', '🟡', '🟢', '🇫🇮', '🇸🇪', '🇪🇺'] },
  { name: 'things', signs: ['📞', '📱', '💻', '🖨️', '📧', '📦', '🚚', '✈️', '🚗', '🚆', '🏠', '🏢', '📅', '⏰', '⏳', '📎', '📄', '📷', '🔑', '🔒', '🔧', '💡', '🔍', '💳', '💶', '🧾', '🛒', '🔔', '💬', '📍'] },
] as const

export type Names = Readonly<Record<string, string>>
const names = import.meta.glob<Names>('../messages/emoji/*.json', { import: 'default' })

/** What the signs are called: fetched from the installation when somebody first looks for one. */
export async function emojiNames(language: Language = currentLanguage()): Promise<Names> {
  return (await names[`../messages/emoji/${language}.json`]?.()) ?? {}
}

/** The signs whose names have all of these words in them, by group; groups without any are left out. */
export function found(words: string, of: Names): { name: string; signs: string[] }[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  const fits = (sign: string) => wanted.every((word) => (of[sign] ?? '').toLocaleLowerCase().includes(word))
  return GROUPS.map((group) => ({ name: group.name, signs: group.signs.filter(fits) })).filter((group) => group.signs.length > 0)
}
