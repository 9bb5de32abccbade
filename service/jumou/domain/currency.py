"""Money as people write it: its scale, its currency by ISO 4217 code, and the currency of a country."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple


class MoneyUnit(NamedTuple):
    """What one of a unit is worth: `scale` units of `currency` (an ISO 4217 code)."""

    currency: str
    scale: float


class _Currency(NamedTuple):
    code: str
    names: str
    """A regular expression of its names and signs; names that hold 元 stand before the yuan's."""
    countries: str


_CURRENCIES: Final = (
    _Currency("CAD", r"C\$|CA\$|Canadian dollars?|加拿大元|加元", r"Canada|加拿大"),
    _Currency("AUD", r"A\$|AU\$|Australian dollars?|澳大利亚元|澳元", r"Australia|澳大利亚"),
    _Currency("NZD", r"NZ\$|New Zealand dollars?|新西兰元|纽元", r"New Zealand|新西兰"),
    _Currency("SGD", r"S\$|Singapore dollars?|新加坡元|新元", r"Singapore|新加坡"),
    _Currency("HKD", r"HK\$|Hong Kong dollars?|港元|港币", r"Hong Kong|香港"),
    _Currency("TWD", r"NT\$|New Taiwan dollars?|新台币|台币", r"Taiwan|台湾"),
    _Currency("BRL", r"R\$|Brazilian reals?|reais|雷亚尔", r"Brazil|巴西"),
    _Currency("MXN", r"Mex\$|Mexican pesos?|墨西哥比索", r"Mexico|墨西哥"),
    _Currency("CLP", r"Chilean pesos?|智利比索", r"Chile|智利"),
    _Currency("COP", r"Colombian pesos?|哥伦比亚比索", r"Colombia|哥伦比亚"),
    _Currency("ARS", r"Argentine pesos?|阿根廷比索", r"Argentina|阿根廷"),
    _Currency("PEN", r"Peruvian soles?|秘鲁索尔|索尔", r"Peru|秘鲁"),
    _Currency("USD", r"US\$|U\.S\. dollars?|US dollars?|美元|美金", r"United States|\bU\.?S\.?A?\.?\b|美国"),
    _Currency("EUR", r"€|euros?|欧元", r"Spain|France|Germany|Italy|Netherlands|Ireland(?<!Northern Ireland)|Finland|Austria|Belgium|Portugal|Greece|Slovakia|Slovenia|Estonia|Latvia|Lithuania|Croatia|Luxembourg|Malta|Cyprus|西班牙|法国|德国|意大利|荷兰|爱尔兰(?<!北爱尔兰)|芬兰|奥地利|比利时|葡萄牙|希腊|斯洛伐克|斯洛文尼亚|爱沙尼亚|拉脱维亚|立陶宛|克罗地亚|卢森堡"),
    _Currency("GBP", r"£|pounds? sterling|sterling|英镑", r"United Kingdom|England|Wales(?<!New South Wales)|Scotland|Northern Ireland|\bU\.?K\.?\b|英国|英格兰|苏格兰|威尔士|北爱尔兰"),
    _Currency("JPY", r"Japanese yen|\byen|日元|日圆", r"Japan|日本"),
    _Currency("KRW", r"₩|won\b|韩元|韩圆", r"Korea|韩国"),
    _Currency("CHF", r"Swiss francs?|瑞士法郎|瑞郎", r"Switzerland|瑞士"),
    _Currency("PLN", r"zł|zlot(?:y|ys|ych|e)|złot(?:y|ych|e)|兹罗提", r"Poland|波兰"),
    _Currency("CZK", r"Kč|Czech (?:koruna|crowns?)|捷克克朗", r"Czech|捷克"),
    _Currency("HUF", r"forints?|福林", r"Hungary|匈牙利"),
    _Currency("RON", r"Romanian leu|\blei\b|罗马尼亚列伊|列伊", r"Romania|罗马尼亚"),
    _Currency("BGN", r"Bulgarian leva?|保加利亚列弗|列弗", r"Bulgaria|保加利亚"),
    _Currency("RSD", r"Serbian dinars?|塞尔维亚第纳尔", r"Serbia|塞尔维亚"),
    _Currency("SEK", r"Swedish (?:krona|kronor|crowns?)|瑞典克朗", r"Sweden|瑞典"),
    _Currency("NOK", r"Norwegian (?:krone|kroner|crowns?)|挪威克朗", r"Norway|挪威"),
    _Currency("DKK", r"Danish (?:krone|kroner|crowns?)|丹麦克朗", r"Denmark|丹麦"),
    _Currency("ISK", r"Icelandic (?:krona|kronur)|冰岛克朗", r"Iceland|冰岛"),
    _Currency("TRY", r"₺|Turkish liras?|土耳其里拉|里拉", r"Turkey|Türkiye|土耳其"),
    _Currency("RUB", r"₽|rubles?|roubles?|卢布", r"Russia|俄罗斯"),
    _Currency("UAH", r"₴|hryvnias?|格里夫纳", r"Ukraine|乌克兰"),
    _Currency("KZT", r"₸|tenge|坚戈", r"Kazakhstan|哈萨克斯坦"),
    _Currency("UZS", r"Uzbek so'?m|乌兹别克斯坦苏姆|苏姆", r"Uzbekistan|乌兹别克斯坦"),
    _Currency("PKR", r"Pakistani rupees?|巴基斯坦卢比", r"Pakistan|巴基斯坦"),
    _Currency("LKR", r"Sri Lankan? rupees?|斯里兰卡卢比", r"Sri Lanka|斯里兰卡"),
    _Currency("IDR", r"\bRp\b|rupiahs?|印尼盾|印尼卢比", r"Indonesia|印度尼西亚|印尼"),
    _Currency("INR", r"₹|\bRs\.?(?![A-Za-z])|(?:Indian )?rupees?|印度卢比|卢比", r"India\b|印度(?!尼)"),
    _Currency("BDT", r"\btaka|塔卡", r"Bangladesh|孟加拉"),
    _Currency("VND", r"₫|Vietnamese dong|\bdong\b|越南盾", r"Viet ?nam|越南"),
    _Currency("THB", r"฿|\bbaht|泰铢", r"Thailand|泰国"),
    _Currency("MYR", r"\bRM(?!B)|ringgit|林吉特|令吉", r"Malaysia|马来西亚"),
    _Currency("PHP", r"₱|Philippine pesos?|菲律宾比索", r"Philippines|菲律宾"),
    _Currency("ILS", r"₪|shekels?|谢克尔", r"Israel|以色列"),
    _Currency("AED", r"(?:UAE )?dirhams?(?! of Morocco)|阿联酋迪拉姆|迪拉姆", r"Emirates|\bUAE\b|阿联酋"),
    _Currency("SAR", r"Saudi riyals?|沙特里亚尔", r"Saudi|沙特"),
    _Currency("QAR", r"Qatari riyals?|卡塔尔里亚尔", r"Qatar|卡塔尔"),
    _Currency("EGP", r"Egyptian pounds?|埃及镑", r"Egypt|埃及"),
    _Currency("MAD", r"Moroccan dirhams?|摩洛哥迪拉姆", r"Morocco|摩洛哥"),
    _Currency("ZAR", r"\brand\b|兰特", r"South Africa|南非"),
    _Currency("NGN", r"₦|nairas?|奈拉", r"Nigeria|尼日利亚"),
    _Currency("KES", r"KSh|Kenyan shillings?|肯尼亚先令", r"Kenya|肯尼亚"),
    _Currency("ETB", r"\bbirr|比尔", r"Ethiopia|埃塞俄比亚"),
    _Currency("GHS", r"\bcedis?|塞地", r"Ghana|加纳"),
    _Currency("USD", r"\$|dollars?", r""),
    _Currency("GBP", r"pounds?", r""),
    _Currency("CNY", r"RMB|yuan|renminbi|人民币|元|¥", r"China|中国"),
)  # fmt: skip
_CODES: Final = frozenset(item.code for item in _CURRENCIES)
_SCALES: Final = (
    (r"万亿|兆|trillions?|trn|tn", 1e12), (r"千亿", 1e11), (r"百亿", 1e10),
    (r"十亿|billions?|bln|bn|mld|mrd|milliards?", 1e9), (r"hundred million|亿", 1e8), (r"千万|crores?", 1e7),
    (r"millions?|mln|mn|mio|百万|m", 1e6), (r"lakhs?|十万", 1e5), (r"ten thousand|万", 1e4), (r"thousands?|千|k", 1e3), (r"百", 1e2),
)  # fmt: skip
_SCALE: Final = re.compile(
    "|".join(f"(?P<s{number}>{words})" for number, (words, _) in enumerate(_SCALES)), re.IGNORECASE
)


@lru_cache(maxsize=1024)
def money_unit(unit: str) -> MoneyUnit | None:
    """The currency and scale of a unit (“billion PLN”, “€m”, “百万美元”, “Rs crore”, “亿元”); None when it is no amount of money.

    A unit that says more than an amount (“元/人”, “EUR per head”, “USD/t”) is none.
    """
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", unit)).strip()
    if not text or len(text) > 40 or re.search(r"/|\bper\b|每", text):
        return None
    code = next((word for word in re.findall(r"[A-Z]{3}", text) if word in _CODES), "")
    rest = re.sub(rf"(?<![A-Z]){code}(?![A-Z])", " ", text, count=1) if code else text
    named = re.sub(r"\b(?:current|constant|prices?|of|in)\b", " ", rest, flags=re.IGNORECASE)
    for item in _CURRENCIES:
        if code and item.code != code:
            continue
        left = re.sub(rf"(?<![A-Za-z])(?:{item.names})", " ", named, flags=re.IGNORECASE)
        if code or left != named:
            scale = _scale(left)
            if scale is not None:
                return MoneyUnit(item.code, scale)
            if not code:
                return None
    return None


def _scale(text: str) -> float | None:
    """The scale words of a unit multiplied; 1 for none, None where something else is left."""
    scale, left = 1.0, text.strip()
    while left:
        found = _SCALE.match(left)
        if found is None or not found.lastgroup:
            return None
        scale *= _SCALES[int(found.lastgroup[1:])][1]
        left = left[found.end() :].strip()
    return scale


@lru_cache(maxsize=256)
def currency_of(country: str) -> str:
    """The ISO 4217 code of a country's money, whatever the text around its name; empty when unknown."""
    return next(
        (item.code for item in _CURRENCIES if item.countries and re.search(item.countries, country, re.IGNORECASE)), ""
    )
