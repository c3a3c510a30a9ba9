"""Packs one shared library as the NuGet package librdkafka.redist.

usage: pack_native.py LIBRARY PACKAGE VERSION RUNTIME
"""
import os
import sys
import zipfile

library, package, version, runtime = sys.argv[1:]

NUSPEC = f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
  <metadata>
    <id>librdkafka.redist</id>
    <version>{version}</version>
    <authors>librdkafka contributors</authors>
    <license type="expression">BSD-2-Clause</license>
    <description>librdkafka built from Debian's source package for this machine.</description>
  </metadata>
</package>
"""
TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="nuspec" ContentType="application/octet" />
  <Default Extension="so" ContentType="application/octet" />
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />
</Types>
"""
RELATIONS = """<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/librdkafka.redist.nuspec" Id="R1" />
</Relationships>
"""

# Written beside its place and renamed, so that a build that was interrupted leaves no half package.
with zipfile.ZipFile(package + ".part", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("[Content_Types].xml", TYPES)
    archive.writestr("_rels/.rels", RELATIONS)
    archive.writestr("librdkafka.redist.nuspec", NUSPEC)
    archive.write(library, f"runtimes/{runtime}/native/librdkafka.so")
os.replace(package + ".part", package)
