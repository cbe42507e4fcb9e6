// The languages of Amazon Transcribe streaming, as of the SDK's model of the service; kept here so that a slip is found
// before the SDK is loaded. https://docs.aws.amazon.com/transcribe/latest/dg/supported-languages.html

const byLanguage = (list: string): ReadonlySet<string> =>
  new Set(
    list
      .trim()
      .split(/\s+/)
      .flatMap((entry) => {
        const [language, regions = ''] = entry.split('-');
        return regions.split(',').map((region) => `${language}-${region}`);
      }),
  );

export const STREAMING_LANGUAGES = byLanguage(`
af-ZA am-ET ar-AE,SA be-BY bg-BG bn-IN bs-BA ca-ES ckb-IQ,IR cs-CZ cy-WL da-DK de-CH,DE el-GR
en-AB,AU,GB,IE,IN,NZ,US,WL,ZA es-ES,MX,US et-ET eu-ES fa-AF,IR fi-FI fr-CA,FR gl-ES gu-IN he-IL hi-IN hr-HR
ht-HT hu-HU hy-AM id-ID is-IS it-IT ja-JP jv-ID kab-DZ ka-GE kk-KZ km-KH kn-IN ko-KR lg-IN lt-LT lv-LV mk-MK
ml-IN mr-IN ms-MY my-MM ne-NP nl-NL no-NO or-IN pa-IN pl-PL ps-AF pt-BR,PT ro-RO ru-RU si-LK sk-SK sl-SI so-SO
sq-AL sr-RS su-ID sv-SE sw-BI,KE,RW,TZ,UG ta-IN te-IN th-TH tl-PH tr-TR uk-UA uz-UZ vi-VN zh-CN,HK,TW zu-ZA
`);

/** Languages of real-time call analytics. */
export const ANALYTICS_LANGUAGES = byLanguage('de-DE en-AU,GB,US es-US fr-CA,FR it-IT pt-BR');

/** A code in the spelling of the service, whatever the case it was given in; undefined for a language that is not there. */
export function languageCode(given: string, known: ReadonlySet<string>): string | undefined {
  const wanted = given.trim().toLowerCase();
  return [...known].find((code) => code.toLowerCase() === wanted);
}
