"""What went wrong with a feed, in one sentence of the screen's language."""

from __future__ import annotations

from panels.language import Language
from twin.feed_health import FeedError, FeedErrorCode
from twin.port_layout import Name

_SENTENCES = {
    FeedErrorCode.REFUSED: Name("{host} 无人应答（连接被拒绝）", "nobody answers at {host}"),
    FeedErrorCode.HOST_UNKNOWN: Name("找不到主机 {host}", "the host {host} has no address"),
    FeedErrorCode.TIMED_OUT: Name("{timeout_s} 秒内未收到完整应答", "no whole answer within {timeout_s} s"),
    FeedErrorCode.SLOW: Name("应答迟缓，已等待 {waited_s} 秒", "an answer is overdue for {waited_s} s"),
    FeedErrorCode.CUT_OFF: Name("应答中途断开", "the connection ended inside an answer"),
    FeedErrorCode.TLS: Name("证书或加密握手有误：{detail}", "certificate or handshake wrong: {detail}"),
    FeedErrorCode.UNAUTHORISED: Name("令牌缺失或有误（{status}）", "the token is missing or wrong ({status})"),
    FeedErrorCode.FORBIDDEN: Name("令牌无此权限（{status}）", "the token may not do this ({status})"),
    FeedErrorCode.SERVER_ERROR: Name("数据源自身故障（{status}）", "the source reports a fault of its own ({status})"),
    FeedErrorCode.UNEXPECTED_STATUS: Name("意外应答（{status}）", "an unexpected answer ({status})"),
    FeedErrorCode.REDIRECTED: Name(
        "数据源要求转到 {location}，未跟随", "the source points to {location}; not followed"
    ),
    FeedErrorCode.WRONG_CONTENT: Name("应答不是 JSON（{content_type}）", "the answer is not JSON ({content_type})"),
    FeedErrorCode.TOO_LARGE: Name("应答超过 {limit_bytes} 字节", "the answer exceeds {limit_bytes} bytes"),
    FeedErrorCode.GARBAGE: Name("应答无法读取：{detail}", "the answer cannot be read: {detail}"),
    FeedErrorCode.BEHIND: Name("滞后 {behind_s} 秒", "behind by {behind_s} s"),
    FeedErrorCode.NO_DATA: Name("没有数据：{detail}", "no data: {detail}"),
    FeedErrorCode.HISTORY: Name("历史库不能写入：{detail}", "the history cannot be written: {detail}"),
    FeedErrorCode.INTERNAL: Name("本程序内部错误：{detail}", "a fault of this program: {detail}"),
}


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "–"


def error_sentence(language: Language, error: FeedError) -> str:
    """The sentence of an error code with its values."""
    name = _SENTENCES.get(error.code)
    return error.text if name is None else language.of(name).format_map(_Values(error.values))
