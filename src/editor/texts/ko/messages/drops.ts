// 놓거나 고른 파일의 오류.
import type { Translation } from '../../../../engine/base/catalogue.ts'
import type { dropMessages } from '../../dropMessages.ts'

export const koDrops: Translation<typeof dropMessages> = {
  tooManyFiles: '폴더의 파일은 {most}개까지인데 더 많습니다.',
}
