import type { components } from '@/api/schema'

export type Template = components['schemas']['MessageTemplateDocument']

/** What the customer reads; places that nothing was written for yet stay as the template has them. */
export function filledIn(template: Template, values: Readonly<Record<string, string>>): string {
  const fill = (part: 'header' | 'body'): string =>
    template[part].replace(/\{\{\s*(\w+)\s*\}\}/g, (place, name: string) => values[`${part}.${name}`]?.trim() || place)
  const buttons = template.buttons.map((one) => `[${one}]`).join(' ')
  return [fill('header'), fill('body'), template.footer, buttons].filter(Boolean).join('\n\n')
}
