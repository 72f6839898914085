import '@/styles/main.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import App from '@/App.vue'
import { i18n, preferredLanguage, useLanguage } from '@/messages'
import { router } from '@/router'
import { usePreferences } from '@/stores/preferences'
import { startClock } from '@/ui/clock'

const app = createApp(App)
app.use(createPinia())
usePreferences()
startClock()
await useLanguage(preferredLanguage())
app.use(i18n)
app.use(router)
app.mount('#app')
