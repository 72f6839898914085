import { Headset } from '@lucide/vue'

import type { Area } from '@/shell/places'

export const routes: Area['routes'] = [
  { path: '/desk/:id?', component: () => import('./Desk.vue'), meta: { roles: ['agent'], title: 'nav.desk' } },
]
export const places: Area['places'] = [
  { to: '/desk', label: 'nav.desk', icon: Headset, section: 'serve', roles: ['agent'], order: 1 },
]
