/**
 * Domains of providers of free mailboxes, kept by hand: those with the most users in each large language area. More are
 * named in `feeds.<feed>.relay.filters.morePersonalDomains`.
 */
const EXACT = `
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com windowslive.com
icloud.com me.com mac.com aol.com aim.com verizon.net
yahoo.com ymail.com rocketmail.com myyahoo.com
proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tutamail.com tuta.io tuta.com keemail.me
fastmail.com fastmail.fm hey.com hushmail.com mailbox.org posteo.de posteo.net disroot.org riseup.net runbox.com
startmail.com skiff.com duck.com zoho.com zohomail.com zohomail.eu mail.com email.com usa.com inbox.com lycos.com
excite.com juno.com netzero.net earthlink.net comcast.net sbcglobal.net att.net bellsouth.net cox.net charter.net
optonline.net roadrunner.com rr.com windstream.net frontier.com frontiernet.net centurylink.net
gmx.com gmx.de gmx.net gmx.at gmx.ch gmx.fr gmx.us web.de t-online.de freenet.de arcor.de email.de 1und1.de
online.de vodafone.de kabelmail.de o2online.de unitybox.de mail.de bluewin.ch hispeed.ch sunrise.ch aon.at chello.at
orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr
btinternet.com btopenworld.com sky.com talktalk.net tiscali.co.uk virginmedia.com ntlworld.com blueyonder.co.uk
virgin.net o2.co.uk
libero.it virgilio.it tin.it alice.it tiscali.it inwind.it iol.it email.it tim.it fastwebnet.it
telefonica.net terra.es ono.com terra.com.br uol.com.br bol.com.br ig.com.br globo.com globomail.com oi.com.br
sapo.pt mail.pt iol.pt
telenet.be skynet.be proximus.be ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl hetnet.nl quicknet.nl casema.nl
online.no telia.com spray.se comhem.se bredband.net mail.dk jubii.dk stofanet.dk elisanet.fi kolumbus.fi luukku.com
wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu poczta.onet.pl tlen.pl gazeta.pl
seznam.cz email.cz centrum.cz post.cz volny.cz azet.sk zoznam.sk centrum.sk freemail.hu citromail.hu indamail.hu
abv.bg mail.bg dir.bg in.gr otenet.gr walla.com walla.co.il
mail.ru bk.ru inbox.ru list.ru internet.ru rambler.ru lenta.ru ya.ru yandex.ru yandex.com yandex.by yandex.kz
yandex.ua ukr.net i.ua meta.ua bigmir.net tut.by
qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com
189.cn 21cn.com tom.com naver.com hanmail.net daum.net nate.com kakao.com
docomo.ne.jp ezweb.ne.jp softbank.ne.jp i.softbank.jp au.com nifty.com biglobe.ne.jp
rediffmail.com rediff.com indiatimes.com sify.com pchome.com.tw hinet.net seed.net.tw
bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au xtra.co.nz slingshot.co.nz
rogers.com sympatico.ca bell.net shaw.ca telus.net videotron.ca mweb.co.za vodamail.co.za telkomsa.net
mailinator.com guerrillamail.com 10minutemail.com yopmail.com temp-mail.org trashmail.com sharklasers.com
`;

/** Providers that have a domain in many countries: `yahoo.co.uk`, `hotmail.fr`, `live.nl`. */
const COUNTRY =
  /^(?:yahoo|hotmail|outlook|live|msn|ymail|windowslive)\.(?:[a-z]{2}|co\.[a-z]{2}|com\.[a-z]{2})$/;

const KNOWN: ReadonlySet<string> = new Set(EXACT.trim().split(/\s+/));

/** @param domain in lower case */
export const isPersonalDomain = (domain: string, more: ReadonlySet<string>): boolean =>
  KNOWN.has(domain) || more.has(domain) || COUNTRY.test(domain);
