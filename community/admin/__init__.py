"""Django's own admin, for admins: members and roles, the lists, what admins did. Never anybody's private words."""

from django.contrib.admin.models import LogEntry

from community.admin.done import DoneAdmin
from community.admin.members import MemberAdmin
from community.admin.resources import ResourceAdmin
from community.admin.site import Site
from community.models import Member, Resource

site = Site(name="admin")
site.register(Member, MemberAdmin)
site.register(Resource, ResourceAdmin)
site.register(LogEntry, DoneAdmin)

app_name = "admin"
urlpatterns = site.get_urls()
