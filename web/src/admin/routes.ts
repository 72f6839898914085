import { BellPlus, BellRing, Bot, CalendarClock, Eraser, HeartPulse, GraduationCap, KeyRound, ListChecks, ListTree, MessagesSquare, Route, ShieldCheck, Siren, UserCheck, UserCog, Webhook, Zap } from '@lucide/vue'

import type { Area } from '@/shell/places'
import type { Role } from '@/stores/session'

const roles: Role[] = ['administrator']

export const routes: Area['routes'] = [
  { path: '/admin', redirect: '/admin/supervision' },
  { path: '/admin/supervision', component: () => import('./SupervisionPage.vue'), meta: { roles, title: 'nav.supervision' } },
  { path: '/admin/attention', component: () => import('./AttentionPage.vue'), meta: { roles, title: 'nav.attention' } },
  { path: '/admin/retention', component: () => import('./RetentionPage.vue'), meta: { roles, title: 'nav.retention' } },
  { path: '/admin/insight', component: () => import('./InsightPage.vue'), meta: { roles, title: 'nav.insight' } },
  { path: '/admin/alert-rules', component: () => import('./AlertRulesPage.vue'), meta: { roles, title: 'nav.alertRules' } },
  { path: '/admin/queues', component: () => import('./QueuesPage.vue'), meta: { roles, title: 'nav.queues' } },
  { path: '/admin/workstreams', component: () => import('./WorkstreamsPage.vue'), meta: { roles, title: 'nav.workstreams' } },
  { path: '/admin/workstreams/:id', component: () => import('./WorkstreamPage.vue'), props: true, meta: { roles, title: 'nav.workstreams' } },
  { path: '/admin/users', component: () => import('./UsersPage.vue'), meta: { roles, title: 'nav.users' } },
  { path: '/admin/skills', component: () => import('./SkillsPage.vue'), meta: { roles, title: 'nav.skills' } },
  { path: '/admin/hours', component: () => import('./HoursPage.vue'), meta: { roles, title: 'nav.hours' } },
  { path: '/admin/presences', component: () => import('./PresencesPage.vue'), meta: { roles, title: 'nav.presences' } },
  { path: '/admin/templates', component: () => import('./TemplatesPage.vue'), meta: { roles, title: 'nav.templates' } },
  { path: '/admin/quick-replies', component: () => import('./QuickRepliesPage.vue'), meta: { roles, title: 'nav.replies' } },
  { path: '/admin/dispositions', component: () => import('./DispositionsPage.vue'), meta: { roles, title: 'nav.dispositions' } },
  { path: '/admin/bots', component: () => import('./BotsPage.vue'), meta: { roles, title: 'bots.title' } },
  { path: '/admin/bots/:id', component: () => import('./BotPage.vue'), props: true, meta: { roles, title: 'bots.title' } },
  { path: '/admin/webhooks', component: () => import('./WebhooksPage.vue'), meta: { roles, title: 'webhooks.title' } },
  { path: '/admin/webhooks/:id', component: () => import('./WebhookPage.vue'), props: true, meta: { roles, title: 'webhooks.title' } },
  { path: '/admin/channels', component: () => import('./ChannelsPage.vue'), meta: { roles, title: 'channels.title' } },
  { path: '/admin/tokens', component: () => import('./TokensPage.vue'), meta: { roles, title: 'admin.tokens.title' } },
]
export const places: Area['places'] = [
  { to: '/admin/supervision', label: 'nav.supervision', icon: ShieldCheck, section: 'configure', roles, order: 10 },
  { to: '/admin/attention', label: 'nav.attention', icon: Siren, section: 'configure', roles, order: 15 },
  { to: '/admin/insight', label: 'nav.insight', icon: HeartPulse, section: 'configure', roles, order: 16 },
  { to: '/admin/alert-rules', label: 'nav.alertRules', icon: BellPlus, section: 'configure', roles, order: 16 },
  { to: '/admin/queues', label: 'nav.queues', icon: ListTree, section: 'configure', roles, order: 20 },
  { to: '/admin/workstreams', label: 'nav.workstreams', icon: Route, section: 'configure', roles, order: 30 },
  { to: '/admin/users', label: 'nav.users', icon: UserCog, section: 'configure', roles, order: 40 },
  { to: '/admin/skills', label: 'nav.skills', icon: GraduationCap, section: 'configure', roles, order: 42 },
  { to: '/admin/hours', label: 'nav.hours', icon: CalendarClock, section: 'configure', roles, order: 43 },
  { to: '/admin/presences', label: 'nav.presences', icon: UserCheck, section: 'configure', roles, order: 44 },
  { to: '/admin/templates', label: 'nav.templates', icon: BellRing, section: 'configure', roles, order: 45 },
  { to: '/admin/quick-replies', label: 'nav.replies', icon: Zap, section: 'configure', roles, order: 46 },
  { to: '/admin/dispositions', label: 'nav.dispositions', icon: ListChecks, section: 'configure', roles, order: 47 },
  { to: '/admin/bots', label: 'bots.title', icon: Bot, section: 'configure', roles, order: 48 },
  { to: '/admin/webhooks', label: 'webhooks.title', icon: Webhook, section: 'configure', roles, order: 49 },
  { to: '/admin/channels', label: 'channels.title', icon: MessagesSquare, section: 'configure', roles, order: 35 },
  { to: '/admin/retention', label: 'nav.retention', icon: Eraser, section: 'configure', roles, order: 51 },
  { to: '/admin/tokens', label: 'admin.tokens.title', icon: KeyRound, section: 'configure', roles, order: 50 },
]
