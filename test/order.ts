// In which order the suites are begun.
import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** The longest are those in a browser, however short their files: begun last, one would be left running alone. */
export class BrowsersFirst extends BaseSequencer {
  override async sort(suites: TestSpecification[]) {
    const sorted = await super.sort(suites)
    const inBrowser = ({ project }: TestSpecification) => project.name === 'browser'
    return [...sorted.filter(inBrowser), ...sorted.filter((suite) => !inBrowser(suite))]
  }
}
