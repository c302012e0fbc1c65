// Every lesson with right and wrong answers, trainings included.
import { expect, test } from 'vitest'
import { allLessons, testLesson } from '../../scripts/lessons.ts'

test.each(await allLessons())('%s', async (id) => {
  const { failures } = await testLesson(id)
  expect(failures).toEqual([])
})
