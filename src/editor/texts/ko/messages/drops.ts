// 놓거나 고르거나 불러온 파일의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { dropMessages } from '../../dropMessages.ts'

export const koDrops: SameKeys<typeof dropMessages> = {
  tooManyFiles: '폴더의 파일은 {most}개까지인데 더 많습니다.',

  badAddress: 'https://로 시작하는 주소나 이 사이트의 경로가 필요한데 {text}입니다.',
  notFound: '{address}에 파일이 없습니다(상태 {status}).',
  checkAddress: '주소가 맞는지, 파일이 공개되어 있는지 확인하세요.',
  serverError: '{address}의 서버가 파일 대신 상태 {status}로 답했습니다.',
  tryLater: '나중에 다시 시도하거나, 파일을 다운로드해 여기에 놓으세요.',
  notReached:
    '{address}을(를) 불러오지 못했습니다. 서버가 응답하지 않거나, 다른 사이트가 파일을 읽도록 허용하지 않습니다(CORS).',
  allowReading: '파일을 다운로드해 여기에 놓거나, GitHub처럼 읽기를 허용하는 서버에 두세요.',
  noNetwork: '{address}을(를) 불러오지 못했습니다. 네트워크에 연결되어 있지 않습니다.',
  connect: '네트워크에 연결하고 페이지를 새로 고치세요.',
  forbiddenHere: '이 사이트의 보안 정책이 {origin}의 파일을 불러오도록 허용하지 않습니다.',
  allowHere: '파일을 다운로드해 여기에 놓으세요.',
  unencrypted: '이 페이지는 암호화되지 않은 {address}을(를) 불러올 수 없습니다.',
  useHttps: 'https://로 시작하는 주소를 쓰세요.',
  tooLong: '{address}의 파일은 {most} MB까지인데 더 큽니다.',
  silent: '{address}의 서버가 {seconds}초 동안 아무것도 보내지 않았습니다.',
  tooSlow: '{address}의 서버가 {seconds}초 안에 파일을 다 보내지 않았습니다.',
  cut: '파일을 다 받기 전에 {address}과(와)의 연결이 끊겼습니다.',
  cancelled: '{address} 불러오기를 취소했습니다.',
  reload: '불러오려면 페이지를 새로 고치세요.',
  webPage: '{name}은(는) 파일이 아니라 웹 페이지입니다.',
  useRaw: 'raw 주소처럼 파일 자체의 주소를 쓰세요.',
  notWorkflow: '{name}은(는) 워크플로가 아닙니다.',
  dropInstead: '파일을 다운로드해 페이지에 놓으면 무엇을 할 수 있는지 볼 수 있습니다.',
}
