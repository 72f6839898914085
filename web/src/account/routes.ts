import { Fingerprint } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['administrator']

export const routes: Area['routes'] = [
  { path: '/account/second-factor', component: () => import('./SecondFactorPage.vue'), meta: { title: 'secondFactor.title', enrolling: true } },
  { path: '/admin/sign-in', component: () => import('./SignInPage.vue'), meta: { roles, title: 'secondFactor.policy.title' } },
]
export const places: Area['places'] = [
  { to: '/admin/sign-in', label: 'secondFactor.policy.title', icon: Fingerprint, section: 'configure', roles, order: 41 },
]
