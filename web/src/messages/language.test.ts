import { afterEach, describe, expect, it } from 'vitest'

import { currentLanguage, translate, useLanguage } from './index'
import { serverText } from './server'

afterEach(() => useLanguage('en'))

describe('the language of the page', () => {
  it('is the one that was asked for last, whichever is loaded first', async () => {
    // English is here already, Finnish has to be fetched: it must not come over it late.
    const finnish = useLanguage('fi', true)
    await Promise.all([finnish, useLanguage('en')])
    expect([currentLanguage(), translate('signIn.title'), document.documentElement.lang]).toEqual(['en', 'Sign in', 'en'])
    expect(localStorage.getItem('valvomo.language')).toBeNull()
  })

  it('is one for all texts, the console’s and the server’s', async () => {
    await useLanguage('fi')
    expect([translate('signIn.title'), serverText('presence.offline')]).toEqual(['Kirjaudu sisään', 'ei yhteydessä'])
  })
})
