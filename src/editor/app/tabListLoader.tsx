// Loads the list of open workflows when it is first opened.
import { lazyComponent } from '../ui/lazy.tsx'
import { showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { shownTabList } from './state.ts'

const TabList = lazyComponent(
  async () => (await import('./tabList.tsx')).TabList,
  (error) => {
    shownTabList.value = undefined
    showToast(texts.tabs.list, { text: error.message, error: true })
  },
)

export const TabListLoader = () => (shownTabList.value ? <TabList at={shownTabList.value} /> : null)
