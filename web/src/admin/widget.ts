export const SURVEYS = ['off', 'csat', 'nps'] as const
export const WHENS = ['agent', 'served', 'always'] as const
export const QUESTIONS = ['rating', 'yes_no', 'words'] as const
export const IDENTITIES = ['off', 'optional', 'strict', 'required'] as const

export interface Question {
  id: string
  kind: (typeof QUESTIONS)[number]
  words: Readonly<Record<string, string>>
}

/** What customers are asked once a talk has ended. */
export interface Survey {
  kind: (typeof SURVEYS)[number]
  when: (typeof WHENS)[number]
  comment: boolean
  /** After the conversation was closed, for how long they may answer. */
  hours: number | string
  /** Scores up to here are low; null as usual. */
  low: number | null
  questions: Question[]
}

/** What a workstream says of its widget. */
export interface Widget {
  workstream: string
  survey: Survey
  identity: (typeof IDENTITIES)[number]
  closed_to: string | null
  answers_by: string | null
  /** Where calls from this widget come in; null where it offers none. */
  voice_to: string | null
  video_to: string | null
  /** There is one to sign identities with. */
  secret: boolean
  former_until: string | null
}

/** Questions with the languages in which they say something. */
export function saidQuestions(questions: readonly Question[]): Question[] {
  return questions.map((one) => ({
    ...one,
    words: Object.fromEntries(Object.entries(one.words).map(([language, words]) => [language, words.trim()]).filter(([, words]) => words)),
  }))
}
