import { ClipboardCheck, ClipboardList } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const people: Role[] = ['supervisor', 'agent']
const roles: Role[] = ['administrator']

export const routes: Area['routes'] = [
  { path: '/quality', component: () => import('./QualityPage.vue'), meta: { roles: people, title: 'quality.title' } },
  { path: '/quality/:id', component: () => import('./EvaluationPage.vue'), props: true, meta: { roles: people, title: 'quality.title' } },
  { path: '/admin/quality', component: () => import('./FormsPage.vue'), meta: { roles, title: 'quality.forms.title' } },
  { path: '/admin/quality/:id', component: () => import('./FormPage.vue'), props: true, meta: { roles, title: 'quality.forms.title' } },
]
export const places: Area['places'] = [
  { to: '/quality', label: 'quality.title', icon: ClipboardCheck, section: 'supervise', roles: people, order: 65, otherwise: { unless: 'supervisor', section: 'serve' } },
  { to: '/admin/quality', label: 'quality.forms.title', icon: ClipboardList, section: 'configure', roles, order: 48 },
]
