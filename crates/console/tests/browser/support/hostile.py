"""Texts that do harm where they are not taken as text."""

SCRIPT = '"><script>window.pwned=1</script>'
IMAGE = "'\"><img src=x onerror=window.pwned=1>"
CLOSING = "</textarea></title></script><svg onload=window.pwned=1>"
ADDRESS = "javascript:window.pwned=1"
TEMPLATE = "{{7*7}} ${7*7} {% raw %}"
ENTITY = "&lt;b&gt; &quot; &#x27; &amp;amp;"
BACKWARDS = "admin\u202egpj.exe\u202c \u2066isolated\u2069"
ATTRIBUTE = "x' autofocus onfocus='window.pwned=1' y=\" onmouseover=window.pwned=1 z=`"

TEXTS = (SCRIPT, IMAGE, CLOSING, ADDRESS, TEMPLATE, ENTITY, BACKWARDS, ATTRIBUTE)

# The same as far as the rules for emails allow it: no blank, no quotation mark, no < > / ? # % ( ) , ; :
EMAILS = (
    "{{7*7}}@hostile.example",
    "${7*7}@hostile.example",
    "o'neil&lt&amp@hostile.example",
    "'onfocus='window.pwned=1'autofocus='@hostile.example",
    "`-window.pwned=1-`@hostile.example",
    "a|b~c^d!e+f*g=h@hostile.example",
    "-_-@hostile.example",
)
