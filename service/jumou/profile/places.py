"""Where a region lies: its level, what it is part of, and its country, from what the profile says and from its name."""

import re
import unicodedata
from typing import Any, Final

from jumou.domain.region import RegionLevel
from jumou.profile.divisions import division, level_of

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_CHINA: Final = frozenset(
    ("中国", "china", "prc", "cn", "p.r. china", "people's republic of china", "中华人民共和国", "全国")
)
_PROVINCES: Final = re.compile(
    r"\b(?:china|anhui|beijing|chongqing|fujian|gansu|guangdong|guangxi|guizhou|hainan|hebei|heilongjiang|henan|hubei|hunan|jiangsu|jiangxi|"
    r"jilin|liaoning|ningxia|qinghai|shaanxi|shandong|shanghai|shanxi|sichuan|tianjin|tibet|xinjiang|xizang|yunnan|zhejiang|inner mongolia|"
    r"hong kong|macao|macau)\b",
    re.IGNORECASE,
)
_CITIES: Final = re.compile(
    r"\b(?:shijiazhuang|tangshan|qinhuangdao|handan|xingtai|baoding|zhangjiakou|chengde|cangzhou|langfang|hengshui|"
    r"taiyuan|datong|yangquan|changzhi|jincheng|shuozhou|jinzhong|yuncheng|xinzhou|linfen|luliang|hohhot|"
    r"baotou|wuhai|chifeng|tongliao|ordos|hulunbuir|bayannur|ulanqab|shenyang|dalian|anshan|fushun|benxi|"
    r"dandong|jinzhou|yingkou|fuxin|liaoyang|panjin|tieling|huludao|changchun|jilin|siping|liaoyuan|tonghua|"
    r"baishan|songyuan|baicheng|yanbian|harbin|qiqihar|jixi|hegang|shuangyashan|daqing|jiamusi|qitaihe|"
    r"mudanjiang|heihe|suihua|nanjing|wuxi|xuzhou|changzhou|suzhou|nantong|lianyungang|huai'?an|yancheng|"
    r"yangzhou|zhenjiang|taizhou|suqian|hangzhou|ningbo|wenzhou|jiaxing|huzhou|shaoxing|jinhua|quzhou|zhoushan|"
    r"lishui|hefei|wuhu|bengbu|huainan|ma'?anshan|huaibei|tongling|anqing|huangshan|chuzhou|fuyang|lu'?an|"
    r"bozhou|chizhou|xuancheng|fuzhou|xiamen|putian|sanming|quanzhou|zhangzhou|nanping|longyan|ningde|nanchang|"
    r"jingdezhen|pingxiang|jiujiang|xinyu|yingtan|ganzhou|ji'?an|yichun|shangrao|jinan|qingdao|zibo|zaozhuang|"
    r"dongying|yantai|weifang|jining|tai'?an|weihai|rizhao|linyi|dezhou|liaocheng|binzhou|heze|zhengzhou|"
    r"kaifeng|luoyang|pingdingshan|anyang|hebi|xinxiang|jiaozuo|puyang|xuchang|luohe|sanmenxia|nanyang|"
    r"shangqiu|xinyang|zhoukou|zhumadian|wuhan|huangshi|shiyan|yichang|xiangyang|ezhou|jingmen|xiaogan|"
    r"jingzhou|huanggang|xianning|suizhou|enshi|changsha|zhuzhou|xiangtan|hengyang|shaoyang|yueyang|changde|"
    r"zhangjiajie|yiyang|chenzhou|yongzhou|huaihua|loudi|guangzhou|shaoguan|shenzhen|zhuhai|shantou|foshan|"
    r"jiangmen|zhanjiang|maoming|zhaoqing|huizhou|meizhou|shanwei|heyuan|yangjiang|qingyuan|dongguan|zhongshan|"
    r"chaozhou|jieyang|yunfu|nanning|liuzhou|guilin|wuzhou|beihai|fangchenggang|qinzhou|guigang|yulin|baise|"
    r"hezhou|hechi|laibin|chongzuo|haikou|sanya|sansha|danzhou|chengdu|zigong|panzhihua|luzhou|deyang|mianyang|"
    r"guangyuan|suining|neijiang|leshan|nanchong|meishan|yibin|guang'?an|dazhou|ya'?an|bazhong|ziyang|guiyang|"
    r"liupanshui|zunyi|anshun|bijie|tongren|kunming|qujing|yuxi|baoshan|zhaotong|lijiang|pu'?er|lincang|dali|"
    r"chuxiong|honghe|lhasa|xigaze|shigatse|xi'?an|tongchuan|baoji|xianyang|weinan|yan'?an|hanzhong|ankang|"
    r"shangluo|lanzhou|jiayuguan|jinchang|baiyin|tianshui|wuwei|zhangye|pingliang|jiuquan|qingyang|dingxi|"
    r"longnan|xining|haidong|yinchuan|shizuishan|wuzhong|guyuan|zhongwei|urumqi|karamay|turpan|hami|kashgar|"
    r"yiwu|kunshan|jiangyin|zhangjiagang|changshu|taicang|jinjiang|shishi|cixi|yuyao|zhuji|haining|wenling|"
    r"pudong|xiong'?an|binhai)\b",
    re.IGNORECASE,
)
"""Cities as they are written in English texts: a name in Latin letters that holds none of these and no province is taken to lie abroad."""

_ABROAD: Final = re.compile(
    r"美国|英国|德国|法国|日本|韩国|新加坡|印度|荷兰|西班牙|意大利|瑞典|芬兰|丹麦|挪威|瑞士|奥地利|比利时|加拿大|墨西哥|巴西|澳大利亚|以色列|越南|泰国|马来西亚|印度尼西亚|波兰|捷克|匈牙利|土耳其|爱尔兰|葡萄牙|俄罗斯|南非|阿联酋|沙特"
)
_LEVELS: Final = frozenset(("national", "provincial", "city", "county", "park", "town", "other"))


def placed(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` with level, parent and country completed where the profile leaves them open; nothing said is changed.

    The exceptions are spellings: China becomes 中国, and a parent that repeats the region's own name gives way to
    what it lies in.
    """
    name, within = _said(fields, "name"), _said(fields, "parent")
    if not name or name == "?":
        return fields
    country = _country(name, within, _said(fields, "country"))
    text = _said(fields, "level_text")
    found = {**fields, "country": country}
    if fields.get("level") not in _LEVELS or (fields.get("level") == "other" and text):
        found["level"] = _level(text, name, _said(fields, "code"), country)
    if country == "中国" and (not within or within == name or within.lower() in _CHINA):
        known = division(name, _said(fields, "code"))
        found["parent"] = "".join(known.parents) if known is not None else ""
        if not found["parent"] and found.get("level") == "provincial":
            found["parent"] = "中国"
    return found


def _said(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return value.strip() if isinstance(value, str) else ""


def _level(text: str, name: str, code: str, country: str) -> RegionLevel:
    if country == "中国" or not country:
        return level_of(text, name, code)
    return level_of(text or name, name)


def _country(name: str, within: str, said: str) -> str:
    if said:
        return "中国" if unicodedata.normalize("NFKC", said).lower() in _CHINA else said
    for place in (within, name):
        if (abroad := _ABROAD.search(place)) is not None:
            return abroad.group()
    if not within:
        return "中国" if _CHINESE.search(name) or _speaks_of_china(name) else ""
    if _CHINESE.search(within) or _speaks_of_china(within):
        return "中国"
    return within.rsplit(",", 1)[-1].strip()


def _speaks_of_china(text: str) -> bool:
    return _PROVINCES.search(text) is not None or _CITIES.search(text) is not None
