// 놓거나 고른 파일의 오류.
import type { Translation } from '../../../../engine/base/catalogue.ts'
import type { dropMessages } from '../../dropMessages.ts'

export const koDrops: Translation<typeof dropMessages> = {
  tooManyFiles: '폴더의 파일은 {most}개까지인데 더 많습니다.',
  zipTooLarge: 'ZIP은 4 GiB까지입니다. 풀어서 폴더를 놓으세요.',
  zipDamaged: 'ZIP이 손상되었습니다. 파일 목록이 없습니다.',
  entryTooLarge: 'ZIP 안의 {path}이(가) 너무 큽니다.',
  entryDamaged: 'ZIP 안의 {path}이(가) 손상되었습니다.',
  unknownCompression: 'ZIP 안의 {path}이(가) 알 수 없는 방식으로 압축되어 있습니다.',
}
