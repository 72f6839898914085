import { Component, createRef, h } from 'preact'

import type { Key } from '../texts'
import type { Situation, Survey as Asked } from '../types'
import { problemText, type Part } from '../part'
import { ask } from './asking'
import { dress } from './signs'

type Said = Record<string, number | boolean | string>

interface State {
  score: number | null
  comment: string
  answers: Said
  stage: 'asking' | 'busy' | 'thanked'
  problem: string | null
}

interface Surveyed extends Part {
  survey: Asked
}

const FIVE = [1, 2, 3, 4, 5]
const ELEVEN = [0, ...FIVE, 6, 7, 8, 9, 10]

/** How it went: a score, words of one's own, and what the house asks beside. One answer, that may be changed. */
export class Survey extends Component<Surveyed, State> {
  override state: State = { score: this.props.survey.score, comment: '', answers: {}, stage: this.props.survey.score === null ? 'asking' : 'thanked', problem: null }
  readonly #box = createRef<HTMLFormElement>()

  override componentDidMount(): void {
    dress(this.#box.current)
  }

  readonly #send = (event: Event): void => {
    event.preventDefault()
    const { chat } = this.props
    const { score, comment, answers } = this.state
    if (score === null) return this.setState({ problem: '#scoreMissing' })
    this.setState({ stage: 'busy', problem: null })
    const said = Object.fromEntries(Object.entries(answers).filter(([, one]) => one !== ''))
    void ask<Situation>(chat, 'PUT', 'survey', { score, comment, answers: said }).then(
      (situation) => {
        chat.know(situation)
        this.setState({ stage: 'thanked' })
      },
      (problem: string) => this.setState({ stage: 'asking', problem }),
    )
  }

  /** What was said before is fetched, so that changing the score does not take the words away. */
  readonly #again = async (): Promise<void> => {
    const former = await ask<{ score: number; comment: string; answers: Said }>(this.props.chat, 'GET', 'survey').catch(() => null)
    this.setState({ ...(former && { score: former.score, comment: former.comment, answers: former.answers }), stage: 'asking', problem: null })
  }

  #answer(id: string, said: number | boolean | string): void {
    this.setState({ answers: { ...this.state.answers, [id]: said } })
  }

  #scale(name: string, label: string, scale: readonly number[], now: unknown, choose: (one: number) => void, ends?: [Key, Key]) {
    const { texts } = this.props
    return (
      <fieldset class="scale">
        <legend>{label}</legend>
        <div>
          {scale.map((one) => (
            <label key={one}>
              <input type="radio" name={name} value={one} checked={now === one} onChange={() => choose(one)} />
              <span>{one}</span>
            </label>
          ))}
        </div>
        {ends && <p class="hint"><span>{texts(ends[0])}</span><span>{texts(ends[1])}</span></p>}
      </fieldset>
    )
  }

  render({ survey, texts }: Surveyed, { score, comment, answers, stage, problem }: State) {
    const { kind, questions } = survey
    if (stage === 'thanked') {
      return (
        <p class="thanks" role="status">
          {texts('surveyThanks')} <button type="button" class="link" onClick={() => void this.#again()}>{texts('surveyChange')}</button>
        </p>
      )
    }
    const choose = (one: number) => this.setState({ score: one })
    return (
      <form ref={this.#box} class="survey" onSubmit={this.#send}>
        {kind === 'csat'
          ? this.#scale('score', texts('csat'), FIVE, score, choose, ['csatLow', 'csatHigh'])
          : this.#scale('score', texts('nps'), ELEVEN, score, choose, ['npsLow', 'npsHigh'])}
        {questions.map((one) => {
          const now = answers[one.id]
          if (one.kind === 'rating') return this.#scale(one.id, one.words, FIVE, now, (said) => this.#answer(one.id, said))
          if (one.kind === 'words') {
            return (
              <label key={one.id} class="field">
                {one.words}
                <textarea rows={2} maxLength={2000} value={String(now ?? '')} onInput={(event) => this.#answer(one.id, event.currentTarget.value)} />
              </label>
            )
          }
          return (
            <fieldset key={one.id} class="scale">
              <legend>{one.words}</legend>
              <div>
                {[true, false].map((said) => (
                  <label key={String(said)}>
                    <input type="radio" name={one.id} checked={now === said} onChange={() => this.#answer(one.id, said)} />
                    <span>{texts(said ? 'yes' : 'no')}</span>
                  </label>
                ))}
              </div>
            </fieldset>
          )
        })}
        {survey.comment && (
          <label class="field">
            {texts('surveyComment')}
            <textarea rows={2} maxLength={2000} value={comment} onInput={(event) => this.setState({ comment: event.currentTarget.value })} />
          </label>
        )}
        {problem && <p class="error" role="alert">{problemText(problem, texts)}</p>}
        <button type="submit" class="button wide" disabled={stage === 'busy'}>{texts('surveySend')}</button>
      </form>
    )
  }
}
